"""How the sandbox takes what it is sent. The default is a server that gets along with Entra (E46-E62)."""

from provisioner.model.frozen import frozen


@frozen
class Behaviour:
    """Switches of the handling code; each is what the fault of the same name turns on (:mod:`.faults`)."""

    bare_list: bool = False
    case_sensitive_filters: bool = False
    conflict_on_create: bool = False
    duplicate_entries: bool = False
    empty_filters: bool = False
    gone: str = ""
    half_patch: bool = False
    hide_disabled: bool = False
    ignore_attribute: str = ""
    ignore_filters: bool = False
    keep_string_booleans: bool = False
    literal_dotted_keys: bool = False
    lose_creates: bool = False
    lose_writes: bool = False
    manager_as_string: bool = False
    members_despite_exclusion: bool = False
    no_groups: bool = False
    null_resources: bool = False
    odd_ids: bool = False
    omit: str = ""
    racy_members: float = 0.0
    refuse_boolean_selectors: bool = False
    refuse_capital_ops: bool = False
    refuse_delete: bool = False
    refuse_extension_paths: bool = False
    refuse_filters: bool = False
    refuse_legacy_removal: bool = False
    refuse_missing_element: bool = False
    refuse_string_booleans: bool = False
    refuse_string_manager: bool = False
    refuse_unknown_attributes: bool = False
    refuse_unlisted_schemas: bool = False
    unknown_member: int = 0
    wipe_members: bool = False
    wrong_total: int = 0
