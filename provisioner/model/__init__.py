"""What things are: the nouns, as frozen dataclasses and enums. No behaviour beyond reading themselves.

===========  =====================================================================================
Snapshot     what the directory said at one moment: users, groups, assignments, app roles
Job          what the administrator asked for: scope, mappings, target, limits, schedule; immutable
Decision     whether one source object is in scope, and because of which assignment or clause
Desired      the target resource as it should be after the mappings
Worklist     every object to attend to in this cycle and why, known before the target is touched
Verdict      the deletion guard's word on a worklist: go, or stop because ...
Question     something asked of the target: Find, Read, Create, Modify, Remove
Answer       what came back: Found, Done, Refused, Unknown (it may or may not have happened)
Match        how Desired relates to the target: linked, found one, none, several
Change       action, before, after, reason; the reason explains and never steers
Outcome      how one object ended: unchanged, changed, skipped, failed, unknown
Intent       a Change written down before it is attempted
Link         source object id <-> target id
Escrow       an object waiting for its next attempt
Health       running, quarantined since ..., disabled; with counts
State        links, intents, escrows, health, watermark; with lineage and serial
Record       one entry of the provisioning log, in the service's own words (E101)
===========  =====================================================================================

Facts are cited by number (``E28``); the tables that hold the thin ones are in :mod:`provisioner.model.fidelity`.
"""
