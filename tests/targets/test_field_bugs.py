"""Forty bugs of real SCIM servers that Entra's requests bring to light, and the tests in which a server behaves so.

A node id ends in the function, or in the case of it in brackets.
"""

import ast

import pytest

from tests.command import PROJECT

LIFE = "tests/targets/test_life_of_a_company.py::"
LISTS = "tests/targets/test_quirks_of_lists.py::"
QUIRKS = "tests/targets/test_quirks.py::"
REFUSED = "tests/targets/test_refusals.py::test_a_refusal_is_shown_whole"
TROUBLE = "tests/runtime/test_trouble.py::"
VERIFY = "tests/targets/test_verify_members.py::"
STRICT = "tests/targets/test_scim2_server.py::"
GOLDEN = "tests/golden/"
EXPLAINED = f"{LIFE}test_every_failure_is_explained"
PATCHES = f"{TROUBLE}test_what_a_patch_is_refused_for_is_named"
PROBED = f"{TROUBLE}test_trouble_with_the_whole_endpoint_is_named_by_the_probe"
NEWCOMER = f"{TROUBLE}test_trouble_with_a_newcomer_is_named"

BUGS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("op in capitals refused", (f"{REFUSED}[op in capitals]", f"{PATCHES}[refuse-capital-ops]")),
    2: (
        '"False" refused, or kept as a text',
        (f"{REFUSED}[booleans as texts]", f"{QUIRKS}test_booleans_kept_as_texts_are_the_same_booleans", EXPLAINED),
    ),
    3: (
        "a removal by value empties the group, or is refused",
        (f"{VERIFY}test_a_removal_that_empties_the_group_is_told", f"{REFUSED}[removal by value]", EXPLAINED),
    ),
    4: (
        "flag and members in the group's GET: replace drops the others",
        (
            f"{VERIFY}test_an_addition_that_drops_the_others_is_told",
            f"{GOLDEN}test_life.py::test_the_flag_and_a_server_that_lists_members",
        ),
    ),
    5: ("members lost that come at once", (f"{QUIRKS}test_updates_that_are_lost_when_they_come_at_once",)),
    6: ("value path to an element that is not there", (f"{REFUSED}[value path without an element]", EXPLAINED)),
    7: (
        "manager as text or object",
        (
            f"{REFUSED}[manager as a text]",
            f"{TROUBLE}test_a_manager_returned_as_a_string_is_the_same_manager",
            EXPLAINED,
        ),
    ),
    8: (
        "removal of a manager",
        (f"{QUIRKS}test_a_manager_who_is_taken_away_is_not_taken_away_in_the_target",),
    ),
    9: ("roles as JSON in a text", (f"{LISTS}test_roles_as_json_in_a_text_are_named_when_refused",)),
    10: ("removed roles are not sent", (f"{LISTS}test_a_role_that_is_taken_away_stays_in_the_target",)),
    11: ("a firewall that wants a User-Agent", (f"{PROBED}[firewall]",)),
    12: ("media type not read; 406 without Accept", (f"{REFUSED}[media type]", f"{PROBED}[require-accept]")),
    13: ("415", (f"{REFUSED}[media type]", f"{NEWCOMER}[refuse-media-type]")),
    14: ("the puzzle of the random guid", (f"{QUIRKS}test_a_filter_that_finds_nobody_is_no_wrong_address",)),
    15: ("no /Groups", (f"{TROUBLE}test_missing_groups_are_named",)),
    16: (
        "Test Connection blames the credentials for anything",
        (f"{PROBED}[null-resources]", f"{PROBED}[close]", f"{STRICT}test_test_connection"),
    ),
    17: (
        "a filter that hides whom a create then meets",
        (f"{NEWCOMER}[empty-filters]", f"{TROUBLE}test_a_case_sensitive_filter_is_named", EXPLAINED),
    ),
    18: ("no filter by this attribute", (f"{PROBED}[refuse-filters]",)),
    19: ("a filter without .value", (f"{QUIRKS}test_a_match_by_a_typed_value_names_the_value",)),
    20: ("the names of accounts deleted softly", (f"{QUIRKS}test_a_namesake_gets_an_account_of_her_own",)),
    21: ("a new userName taken for a deletion", (f"{QUIRKS}test_a_rename_that_deletes_is_mended",)),
    22: (
        "disabled accounts hidden",
        (f"{QUIRKS}test_a_disabled_account_that_is_hidden_everywhere_is_named", f"{NEWCOMER}[hide-disabled]"),
    ),
    23: (
        "active missing from the GET",
        (
            f"{TROUBLE}test_an_attribute_that_is_never_returned_is_sent_whenever_its_owner_is_attended_to",
            "tests/runtime/test_convergence.py::test_what_is_sent_in_vain_is_told_once",
        ),
    ),
    24: (
        "errors that are not SCIM",
        (f"{TROUBLE}test_a_404_without_scim_is_a_404", f"{REFUSED}[error page]"),
    ),
    25: (
        "Resources: null; texts as emails",
        (f"{PROBED}[null-resources]", f"{QUIRKS}test_emails_that_are_texts_are_no_work_address"),
    ),
    26: (
        "hard deletion and unassignment that send nothing",
        (
            f"{STRICT}test_soft_then_hard_delete",
            f"{GOLDEN}test_life.py::test_deletions",
            f"{GOLDEN}test_life.py::test_leaving_scope_by_setting",
        ),
    ),
    27: (
        "no DELETE",
        (f"{REFUSED}[group that cannot be deleted]", f"{TROUBLE}test_a_refused_deletion_is_named"),
    ),
    28: ("$ref: null", (f"{QUIRKS}test_references_of_null_are_neither_needed_nor_sent",)),
    29: (
        "409 for a reason of its own",
        (f"{REFUSED}[conflict for a reason of its own]", f"{NEWCOMER}[conflict-on-create]"),
    ),
    30: ("Switch to lower case", (f"{QUIRKS}test_a_switch_to_lower_case_changes_nothing_on_the_wire",)),
    31: (
        "a rate limit that ends in quarantine",
        ("tests/runtime/test_pause.py::test_a_job_honours_retry_after_or_ignores_it",),
    ),
    32: ("drift among members", (f"{QUIRKS}test_drift_among_members_stays",)),
    33: (
        "a member nobody knows",
        (f"{REFUSED}[member nobody knows]", f"{TROUBLE}test_an_unknown_member_is_named"),
    ),
    34: ("lists that only grow", (f"{LISTS}test_lists_of_a_custom_attribute_only_grow",)),
    35: ("cleared values are not sent", (f"{QUIRKS}test_values_that_are_taken_away_stay_in_the_target",)),
    36: ("paths with a URN", (f"{REFUSED}[path with a URN]", f"{PATCHES}[refuse-extension-paths]")),
    37: (
        "dotted keys kept as they stand",
        (f"{QUIRKS}test_dotted_keys_that_are_kept_as_they_stand_are_told",),
    ),
    38: ("[primary eq true]", (f"{PATCHES}[refuse-boolean-selectors]",)),
    39: ("the flag where it cannot be had", (f"{QUIRKS}test_a_server_that_refuses_the_flag_is_shown_the_request",)),
    40: (
        "what the flag changes, and the way back",
        (f"{LIFE}test_the_wire_text_is_the_golden", f"{GOLDEN}test_patches.py::test_the_way_back"),
    ),
}
"""The bug's number -> what it is, and where a server behaves so."""


@pytest.mark.parametrize("node", [node for _, nodes in BUGS.values() for node in nodes])
def test_a_bug_has_tests_that_exist(node):
    """The function is defined in that file, and a case in brackets is written there."""
    path, _, name = node.partition("::")
    function, _, case = name.rstrip("]").partition("[")
    source = (PROJECT / path).read_text()
    defined = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert function in defined
    assert not case or f'"{case}"' in source


def test_no_bug_is_left_out():
    """All forty."""
    assert list(BUGS) == list(range(1, 41))
