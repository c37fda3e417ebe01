"""Every fault the program is to survive, with the tests that show how. Those of the console come with the console."""

import re

import pytest

from tests.nodes import documentation

STORE = "tests/adapters/store/test_faults.py"
WIRE = "tests/adapters/http/test_faults.py"
ORIGIN = "tests/adapters/http/test_origin.py"
REPLY = "tests/engine/test_reply.py"
FLOW = "tests/engine/test_flow.py"
ILL = "tests/runtime/test_ill_target.py"
CYCLE = "tests/runtime/test_cycle.py"
PAUSE = "tests/runtime/test_pause.py"
SNAPSHOT = "tests/adapters/snapshot"
CRASHES = "tests/simulation/test_every_crash_point.py"
SECRETS = "tests/adapters/http/test_secrets.py"
LIMITS = "tests/engine/expression/test_limits.py"

FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "F01": (
        "crash between POST and saving the id",
        (
            f"{CRASHES}::test_struck_while_people_arrive",
            f"{CRASHES}::test_struck_while_a_change_is_carried_out",
            f"{CRASHES}::test_the_cycle_that_recovers_is_struck_too",
            "tests/simulation/test_recovery.py::test_who_left_a_group_before_her_addition_was_heard_is_taken_out",
            "tests/runtime/test_on_demand.py::test_what_an_interrupted_run_created_is_found_first",
        ),
    ),
    "F02": (
        "kill -9 in mid-cycle",
        (
            "tests/crash/test_kill.py::test_killed_at_any_instant_the_next_run_makes_things_right",
            "tests/crash/test_kill.py::test_killed_among_managers_and_groups_nobody_is_left_in_a_group",
            "tests/crash/test_store_crash.py::test_a_killed_writer_leaves_every_object_whole_or_absent",
        ),
    ),
    "F03": (
        "torn, half-written, empty or older snapshot",
        (
            f"{SNAPSHOT}/test_torn_files.py::test_every_prefix_of_a_document_is_refused",
            f"{SNAPSHOT}/test_torn_files.py::test_every_prefix_of_lines_is_refused",
            f"{SNAPSHOT}/test_torn_files.py::test_a_writer_in_place_never_gets_a_mixture_accepted",
            "tests/simulation/test_incidents.py::test_a_source_that_cannot_be_trusted_changes_nothing",
            "tests/runtime/test_shrinking.py::test_a_source_that_lost_more_than_it_may_changes_nothing",
            "tests/cli/test_bad_input.py::test_a_wrong_snapshot_stops_before_any_request",
        ),
    ),
    "F04": (
        "two schedulers on one state",
        (
            "tests/crash/test_lock.py::test_of_eight_runs_at_once_exactly_one_works",
            "tests/crash/test_lock.py::test_the_lock_dies_with_its_process",
            "tests/cli/test_bad_input.py::test_a_second_run_on_the_same_state_leaves_politely",
            "tests/cli/test_service.py::test_on_demand_waits_for_the_cycle_in_hand",
        ),
    ),
    "F05": (
        "SQLite locked or busy",
        (
            f"{STORE}::TestLocked::test_a_write_waits_for_another_programs_write",
            f"{STORE}::TestLocked::test_a_write_that_waits_in_vain_leaves_nothing_half_done",
            "tests/test_quality.py::test_nothing_begins_a_transaction_that_may_turn_out_busy",
        ),
    ),
    "F06": (
        "disk full",
        (
            "tests/runtime/test_state_trouble.py::test_a_disk_that_is_full_stops_before_the_target_is_asked",
            f"{STORE}::TestFull::test_a_full_disk_stops_at_an_intent_and_goes_on_with_space",
            f"{STORE}::TestFull::test_a_file_size_limit_is_a_full_disk",
        ),
    ),
    "F07": (
        "state corrupt, newer, or an old backup",
        (
            f"{STORE}::TestDamaged::test_a_flipped_byte_is_noticed_or_changes_nothing",
            "tests/adapters/store/test_opening.py::test_a_newer_schema_is_refused",
            "tests/adapters/store/test_opening.py::TestMigrations::"
            "test_a_state_of_the_first_revision_is_brought_up_to_date",
            "tests/runtime/test_state_trouble.py::test_a_backup_of_the_state_is_safe_to_put_back",
        ),
    ),
    "F08": (
        "the clock jumps",
        (
            "tests/simulation/test_time.py::test_however_the_clock_jumps_the_next_attempt_is_near",
            "tests/simulation/test_time.py::test_however_the_clock_jumps_a_failed_person_is_tried_again",
            "tests/engine/test_schedule.py::test_a_clock_that_jumps_neither_stalls_nor_bursts",
            "tests/contract/test_store.py::TestJob::test_no_clock_changes_the_order_of_requests",
        ),
    ),
    "F09": (
        "order, hashing and ids",
        (
            "tests/simulation/test_repeatable.py::test_the_order_of_hashing_does_not_show",
            "tests/engine/test_triage.py::test_the_input_order_does_not_matter",
            f"{CYCLE}::test_another_order_of_the_file_changes_nothing",
        ),
    ),
    "F10": (
        "429 and 503, with any Retry-After",
        (
            f"{REPLY}::test_any_retry_after_is_bounded",
            f"{PAUSE}::test_a_target_that_refuses_for_an_hour_gets_few_requests_and_everybody_in_the_end",
            f"{PAUSE}::test_pauses_stay_within_the_budget",
            f"{PAUSE}::test_nothing_else_is_asked_again",
            "tests/simulation/test_throttle.py::test_throttled_for_an_hour",
        ),
    ),
    "F11": (
        "timeouts",
        (
            f"{WIRE}::test_silence",
            f"{WIRE}::test_nobody_accepts",
            f"{WIRE}::test_hanging_up_before_a_reply",
            f"{ILL}::test_a_create_whose_answer_is_lost_is_settled_by_the_name_it_was_made_with",
        ),
    ),
    "F12": (
        "reset or close in mid-body",
        (
            f"{WIRE}::test_a_cut_body_is_unknown_whatever_the_status_said",
            f"{ILL}::test_a_create_whose_answer_is_lost_is_settled_by_the_name_it_was_made_with",
        ),
    ),
    "F13": (
        "slow drip",
        (
            f"{WIRE}::test_a_drip_ends_at_the_deadline",
            f"{ILL}::test_a_create_whose_answer_is_lost_is_settled_by_the_name_it_was_made_with",
        ),
    ),
    "F14": (
        "huge body, compression bomb",
        (
            f"{WIRE}::test_a_body_without_end_is_left_at_the_cap",
            f"{WIRE}::test_nothing_compressed_is_unpacked",
            f"{WIRE}::test_many_headers",
        ),
    ),
    "F15": (
        "not JSON, or JSON that lies in wait",
        (
            "tests/engine/test_body.py::test_any_bytes_are_read_or_refused",
            "tests/engine/test_body.py::test_any_nesting_is_read_or_refused",
            f"{REPLY}::test_anything_is_an_answer",
            f"{WIRE}::test_what_is_not_http",
        ),
    ),
    "F16": (
        "redirects",
        (f"{ORIGIN}::test_redirects_are_shown_and_not_followed", f"{ORIGIN}::test_odd_redirects"),
    ),
    "F17": (
        "TLS",
        (
            f"{ORIGIN}::test_bad_tls_is_refused_before_the_token_leaves",
            f"{ORIGIN}::test_a_handshake_that_stalls",
            f"{ORIGIN}::test_plain_http_behind_an_https_url",
        ),
    ),
    "F18": (
        "proxies and certificates of the environment",
        (
            f"{ORIGIN}::test_the_environments_proxy_hears_nothing",
            f"{ORIGIN}::test_the_environments_certificates_are_not_trusted",
        ),
    ),
    "F19": (
        "lists that lie",
        (
            "tests/runtime/test_lying_lists.py::test_a_lie_never_becomes_an_absence",
            "tests/runtime/test_lying_lists.py::test_a_lie_to_the_probe_ends_the_cycle",
            f"{REPLY}::test_a_list_that_contradicts_itself",
        ),
    ),
    "F20": (
        "filters that cannot be trusted",
        (
            f"{ILL}::test_a_filter_that_cannot_be_trusted_changes_nobody",
            f"{FLOW}::test_strangers_from_an_ignored_filter_are_not_adopted",
            f"{FLOW}::test_a_conflict_after_an_empty_filter_is_named",
        ),
    ),
    "F21": (
        "two accounts for one person, two people for one account",
        (
            f"{FLOW}::test_several_hits_write_nothing",
            f"{FLOW}::test_an_account_of_another_source_object_is_not_taken",
            f"{CYCLE}::test_two_people_with_one_name_get_one_account",
        ),
    ),
    "F22": (
        "ids that are missing, odd, changed or gone",
        (
            "tests/engine/test_wire.py::test_any_id_is_one_segment_of_the_same_path",
            "tests/engine/test_wire.py::test_ids_that_would_name_another_path_are_not_sent",
            f"{REPLY}::test_ids_that_no_account_can_be_reached_by",
            f"{FLOW}::test_a_lost_link_is_matched_again",
            f"{ILL}::test_a_create_whose_answer_is_lost_is_settled_by_the_name_it_was_made_with",
        ),
    ),
    "F23": (
        "half a PATCH, or none of it",
        (
            "tests/runtime/test_convergence.py::test_what_is_sent_in_vain_is_told_once",
            "tests/runtime/test_convergence.py::test_a_manager_that_is_not_kept_is_told",
        ),
    ),
    "F24": (
        "one poisonous object, or all of them",
        (
            f"{CYCLE}::test_a_defect_on_one_object_leaves_the_others",
            f"{CYCLE}::test_refused_credentials_end_the_cycle_and_quarantine",
            f"{ILL}::test_credentials_that_are_refused_on_the_way_end_the_cycle",
        ),
    ),
    "F25": (
        "patterns that explode",
        (
            "tests/engine/test_pattern.py::test_evil_patterns_are_cut_off",
            "tests/engine/test_pattern.py::test_some_evil_patterns_do_need_the_limit",
            "tests/engine/test_pattern.py::test_subjects_and_results_are_bounded",
        ),
    ),
    "F26": (
        "expressions that explode",
        (
            f"{LIMITS}::test_bombs_do_no_harm",
            f"{LIMITS}::test_any_call_gives_a_value_or_expression_invalid",
            "tests/engine/expression/test_language.py::test_any_text_gives_a_value_or_expression_invalid",
            f"{FLOW}::test_a_failing_expression_stops_its_object_alone",
        ),
    ),
    "F27": (
        "accidental mass deactivation",
        (
            "tests/simulation/test_incidents.py::test_half_of_the_users_are_missing",
            "tests/simulation/test_incidents.py::test_half_of_the_assignments_are_missing",
            "tests/runtime/test_partial_members.py::test_a_partial_list_of_members_disables_nobody",
            "tests/runtime/test_restart.py::test_an_approval_expires",
            "tests/simulation/test_incidents.py::test_an_approval_is_not_good_for_more_than_was_approved",
            "tests/contract/test_source.py::test_no_users_are_refused_unless_they_are_meant",
        ),
    ),
    "F28": (
        "files that are bombs or odd",
        (
            f"{SNAPSHOT}/test_bad_files.py::test_a_broken_file_is_refused_with_its_line",
            f"{SNAPSHOT}/test_bad_files.py::test_an_entry_has_a_largest_size",
            f"{SNAPSHOT}/test_bad_files.py::test_a_file_and_its_rows_have_limits",
            f"{SNAPSHOT}/test_bad_files.py::test_a_second_entry_of_an_id_names_both_places",
            f"{SNAPSHOT}/test_bad_files.py::test_what_is_no_regular_file_is_refused",
        ),
    ),
    "F29": (
        "names that look alike",
        (f"{SNAPSHOT}/test_bad_files.py::test_near_collisions_are_reported_and_not_folded",),
    ),
    "F30": (
        "loops and dangling references",
        (f"{CYCLE}::test_managers_are_resolved_in_the_same_cycle",),
    ),
    "F31": (
        "being made to ask somebody else",
        (
            "tests/engine/test_tenant_url.py::test_link_local_and_metadata_in_every_spelling",
            f"{ORIGIN}::test_a_name_that_leads_to_a_metadata_service",
            f"{ORIGIN}::test_urls_in_a_body_are_never_fetched",
        ),
    ),
    "F32": (
        "secrets in logs, state, errors and output",
        (
            "tests/cli/test_token_stays.py::test_no_output_and_no_memory_holds_the_token",
            f"{SECRETS}::test_no_answer_and_no_log_repeats_the_token",
            "tests/adapters/job/test_refused.py::test_a_literal_secret_is_refused_and_not_repeated",
            "tests/model/test_secret.py::test_text_of_any_kind_is_the_mask",
        ),
    ),
    "F33": (
        "text that moves a terminal or makes a line of a log",
        (
            "tests/cli/test_terminal.py::test_no_name_and_no_page_moves_the_terminal",
            "tests/cli/test_terminal.py::test_one_event_is_one_line",
            "tests/cli/test_terminal.py::test_what_is_shown_is_only_seen",
        ),
    ),
    "F34": (
        "names that leave their folder",
        ("tests/adapters/job/test_refused.py::test_names_that_would_leave_their_folder",),
    ),
    "F37": (
        "names as markup on a page",
        ("tests/cli/test_plan.py::test_the_artefacts_are_written",),
    ),
    "F39": (
        "supply chain",
        ("tests/test_quality.py::test_the_dependencies_are_few_and_known",),
    ),
}
"""Number -> what goes wrong, and the tests that show what becomes of it."""

OF_THE_CONSOLE = {"F35", "F36", "F38", "F40"}


def test_no_fault_is_left_out():
    """F01 to F40, in order; what needs a console comes with it."""
    assert list(FAULTS) == sorted({f"F{number:02}" for number in range(1, 41)} - OF_THE_CONSOLE)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_tests_of_a_fault_exist_and_name_it(fault):
    """A test that was removed, renamed, or shows something else by now is missed here."""
    _, tests = FAULTS[fault]
    assert tests
    for node in tests:
        said = documentation(node)
        assert said, f"{fault}: there is no test {node}"
        named = set(re.findall(r"\bF\d\d\b", said)) | _ranges(said)
        assert fault in named, f"{node} does not say that it shows {fault}"


def _ranges(said):
    spans = re.findall(r"\bF(\d\d)-F(\d\d)\b", said)
    return {f"F{number:02}" for first, last in spans for number in range(int(first), int(last) + 1)}
