BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE approvals (
	digest VARCHAR NOT NULL, 
	held INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	expires VARCHAR(32) NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (digest)
)
 WITHOUT ROWID

;
INSERT INTO "approvals" VALUES('held',3,'2026-03-29T01:30:00.000000+00:00','2026-03-30T01:30:00.000000+00:00',340205359);
CREATE TABLE cycles (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	started VARCHAR(32) NOT NULL, 
	ended VARCHAR(32), 
	status VARCHAR NOT NULL, 
	counts BLOB NOT NULL, 
	requests INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	done INTEGER NOT NULL, 
	note VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (number)
)
 WITHOUT ROWID

;
INSERT INTO "cycles" VALUES(1,'c1','initial','2026-03-29T01:30:00.000000+00:00','2026-03-29T02:30:00.000000+00:00','failed',X'7B22637265617465223A312C22757064617465223A302C2264697361626C65223A302C2264656C657465223A302C227374616765645F64656C657465223A302C22736B6970223A302C226661696C223A317D',0,3,2,'',1592872291);
CREATE TABLE escrows (
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	first_failure VARCHAR(32) NOT NULL, 
	failures INTEGER NOT NULL, 
	next_attempt VARCHAR(32) NOT NULL, 
	code VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	reference SMALLINT NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (kind, source_id)
)
 WITHOUT ROWID

;
INSERT INTO "escrows" VALUES('User','bert','2026-03-29T01:30:00.000000+00:00',1,'2026-03-29T02:30:00.000000+00:00','Timeout','silence',0,264095191);
CREATE TABLE health (
	id SMALLINT NOT NULL, 
	schedule VARCHAR NOT NULL, 
	disabled_reason VARCHAR NOT NULL, 
	reason VARCHAR, 
	message VARCHAR NOT NULL, 
	since VARCHAR(32), 
	next_attempt VARCHAR(32), 
	attempts INTEGER NOT NULL, 
	held VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "health" VALUES(1,'Active','','TooManyDeletes','3 accounts','2026-03-29T01:30:00.000000+00:00','2026-03-29T02:30:00.000000+00:00',1,'held',2489324434);
CREATE TABLE intents (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	target_id VARCHAR NOT NULL, 
	match_path VARCHAR NOT NULL, 
	match_value VARCHAR NOT NULL, 
	payload_digest VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "intents" VALUES('i1','User','carl','create','2026-03-29T01:30:00.000000+00:00','','userName','carl@example.com','',1520570064);
CREATE TABLE links (
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	target_id VARCHAR NOT NULL, 
	in_scope SMALLINT NOT NULL, 
	active SMALLINT NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (kind, source_id)
)
 WITHOUT ROWID

;
INSERT INTO "links" VALUES('User','anna','t1',1,1,4006425383);
CREATE TABLE memberships (
	group_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	member_target_id VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (group_id, member_id)
)
 WITHOUT ROWID

;
CREATE TABLE meta (
	id SMALLINT NOT NULL, 
	lineage VARCHAR NOT NULL, 
	job VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "meta" VALUES(1,'ae2ab026-0b53-4e7c-ba65-f0407a6e75f5','real-links','http://127.0.0.1:8808/scim/v2',265822694);
CREATE TABLE pending_references (
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	path VARCHAR NOT NULL, 
	reference_id VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (kind, source_id, path, reference_id)
)
 WITHOUT ROWID

;
CREATE TABLE records (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	cycle INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	body BLOB NOT NULL, 
	folded_source_id VARCHAR NOT NULL, 
	folded_name VARCHAR NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "records" VALUES(1,'r1','2026-03-29T01:30:00.000000+00:00',1,'User','anna','Anna','create','success',X'7B226964223A227231227D','anna','anna',2202891387);
CREATE TABLE requests (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	scopes VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	handled SMALLINT NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "requests" VALUES('done','restart','2026-03-29T01:30:00.000000+00:00','watermark,escrows','',1,2925733483);
INSERT INTO "requests" VALUES('earlier','pause','2026-03-29T02:30:00.000000+00:00','','',0,1370690465);
INSERT INTO "requests" VALUES('later','resume','2026-03-29T03:30:00.000000+00:00','','',0,4129759323);
CREATE TABLE seen (
	kind VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	digest BLOB NOT NULL, 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (kind, source_id)
)
 WITHOUT ROWID

;
INSERT INTO "seen" VALUES('User','anna',X'6431',1581235345);
INSERT INTO "seen" VALUES('User','bert',X'6432',4115322536);
CREATE TABLE serial (
	id SMALLINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "serial" VALUES(1,10);
CREATE TABLE watermark (
	id SMALLINT NOT NULL, 
	cycle INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	rules VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	generated_at VARCHAR(32), 
	seal BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "watermark" VALUES(1,1,'2026-03-29T01:30:00.000000+00:00','f1','r1','http://127.0.0.1:8808/scim/v2','assigned',NULL,3662219331);
CREATE UNIQUE INDEX links_target ON links (kind, target_id);
CREATE INDEX records_action ON records (action);
CREATE INDEX records_at ON records (at);
CREATE INDEX records_cycle ON records (cycle);
CREATE INDEX records_name ON records (folded_name);
CREATE INDEX records_source_id ON records (folded_source_id);
CREATE INDEX records_status ON records (status);
COMMIT;
