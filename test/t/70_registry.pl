# The registry: privileges of roles, dumps, upgrades, standbys, and concurrent sessions.
use strict;
use warnings;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_connections = 120\nmax_prepared_transactions = 5\n");
$node->start;

# ---- the extension is trusted: its creator is not a superuser -----------------------

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE installer LOGIN;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE frank LOGIN NOINHERIT;
CREATE ROLE readers;
CREATE ROLE carol LOGIN;
CREATE ROLE dave LOGIN;
CREATE ROLE eve LOGIN;
GRANT alice TO bob, frank;
GRANT readers TO carol;
CREATE DATABASE shop OWNER installer;
SQL

sub as_role
{
	my ($role, $sql, $db) = @_;
	my ($out, $err);
	$node->psql($db // 'shop', $sql, stdout => \$out, stderr => \$err,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_STOP=1' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

is(as_role('installer', 'CREATE EXTENSION segment'), '', 'a role that owns the database creates the extension');
as_role('installer', 'CREATE SCHEMA mart; GRANT USAGE, CREATE ON SCHEMA mart TO PUBLIC');
is(as_role('installer', "SELECT segment.grant_modeler('alice'), segment.grant_modeler('dave')"), '|', 'and grants modelers');
is(as_role('alice', <<'SQL'), '', 'alice registers and fits a model');
CREATE TABLE mart.points AS
SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 200) i;
SELECT segment.create_model('a', 'kmeans', 'mart.points', 'id', options => '{"k": 4, "n_init": 1}') \g /dev/null
CALL segment.refit('a');
CALL segment.refit('a');
SELECT segment.name_cluster('a', 1, 'One'), segment.share_model('a', 'readers') \g /dev/null
SQL

# ---- roles and calls: the result of each, or the SQLSTATE ---------------------------

my @roles = qw(alice bob carol frank dave eve);
my %matrix = (
	# owner, member, role with a share, member without inheritance, other modeler, any other role
	"SELECT length(segment.active_model('a')) > 0" => [qw(t t t 42704 42704 42704)],
	"SELECT segment.activate('a', 1)" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT segment.fit('a')" => [qw(1 1 42501 42704 42704 42704)],
	"SELECT segment.name_cluster('a', 2, 'Two')" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT segment.share_model('a', 'eve')" => [ '', '', qw(42501 42704 42704 42704) ],
	# a role with a share may end it
	"SELECT segment.unshare_model('a', 'readers')" => [ '', '', '', qw(42704 42704 42704) ],
	"SELECT segment.alter_model('a', keep_versions => 1, keep_log => 1)" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT segment.change_owner('a', 'eve')" => [ ('42501') x 3, ('42704') x 3 ],
	"SELECT segment.drop_model('a')" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT segment_internal.start_fit('a') > 0" => [qw(t t 42501 42704 42704 42704)],
	"SELECT segment_internal.set_active('a', 1, NULL)" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT segment_internal.fail_fit(1, '00000', '')" => [ ('42704') x 6 ],
	"SELECT segment_internal.finish_fit(1, '', '{}', '', '{}', '{}', 1)" => [ ('42704') x 6 ],
	"SELECT segment_internal.promote('a', 1)" => [ ('42501') x 6 ],
	"SELECT segment_internal.prune('a')" => [ ('42501') x 6 ],
	"SELECT segment_internal.lock_model(1)" => [ ('42501') x 6 ],
	"SELECT segment_internal.models(10::oid, NULL)" => [ ('42501') x 6 ],
	"CALL segment.publish('{a}', 'mart.published')" => [ '', '', qw(42501 42704 42704 42704) ],
	"SELECT count(*) FROM mart.points" => [qw(200 200 42501 42501 42501 42501)],
	# roles that may SET ROLE, also without inheritance
	"SELECT * FROM segment_internal.query_as('alice', 'SELECT count(*) FROM mart.points') AS r(n bigint)" => [qw(200 200 42501 200 42501 42501)],
	"SELECT * FROM segment_internal.query_as('postgres', 'SELECT 1') AS r(n integer)" => [ ('42501') x 6 ],
	"SELECT count(*) FROM segment.cohort_retention" => [ ('0') x 6 ],
	"SELECT segment.grant_modeler('eve')" => [qw(42501 42501 42501 42501 42501 42501)],
	"SELECT segment.create_model('b', 'kmeans', 'mart.points', 'id', options => '{\"k\": 2}')" =>
	  [ '', '', qw(42501 42501 42501 42501) ],
	"SELECT segment.create_model('a', 'kmeans', 'mart.points', 'id', options => '{\"k\": 2}')" =>
	  [qw(42710 42710 42501 42501 42501 42501)],
	"SELECT segment.register_receipts('r', 'mart.points')" => [qw(42703 42703 42703 42703 42703 42703)],
	# views; no role can read the tables
	(map { ("SELECT count(*) FROM segment.$_" => [ ('42501') x 6 ]) } qw(model model_version model_log cluster_name model_share modeler receipts receipts_share)),
	"SELECT count(*) FROM segment.models" => [qw(1 1 1 0 0 0)],
	"SELECT count(*) FROM segment.cluster_summary" => [qw(4 4 4 0 0 0)],
	"SELECT count(*) FROM segment.cluster_profile" => [qw(8 8 8 0 0 0)],
	"SELECT count(*) FROM segment.fit_log" => [qw(2 2 2 0 0 0)],
	"SELECT count(*) FROM segment.cluster_names('a', 1)" => [qw(4 4 4 0 0 0)],
	# writing to the tables directly
	"UPDATE segment.model SET id_type = 'int); SELECT 1'" => [ ('42501') x 6 ],
	(map { ("DELETE FROM segment.$_" => [ ('42501') x 6 ]) } qw(model model_version model_log cluster_name model_share modeler receipts receipts_share)),
	"INSERT INTO segment.model (model_id, model_name) OVERRIDING SYSTEM VALUE VALUES (77, 'x')" => [ ('42501') x 6 ],
	"TRUNCATE segment.model CASCADE" => [ ('42501') x 6 ],
	"DROP TABLE segment.model CASCADE" => [ ('42501') x 6 ],
	"CREATE TABLE segment.mine ()" => [ ('42501') x 6 ],
	"CREATE TABLE segment_internal.mine ()" => [ ('42501') x 6 ],
);
foreach my $call (sort keys %matrix)
{
	my @got = map { my $result = as_role($_, "BEGIN; $call; ROLLBACK"); $result =~ s/^\(.*rows?\)$//m; $result } @roles;
	is("@got", "@{$matrix{$call}}", "by role: $call");
}
# a procedure that commits cannot be called in a transaction block
is(as_role($_, "CALL segment.refit('a')"), { carol => '42501' }->{$_} // '42704', "$_ cannot refit it") foreach qw(carol frank dave eve);
# the message names what is missing: first the ownership, then grant_modeler
sub refit_error
{
	my ($role) = @_;
	my $err;
	$node->psql('shop', "CALL segment.refit('a')", stderr => \$err, extra_params => [ '-U', $role ]);
	return $err;
}
my $of_reader = refit_error('carol');
like($of_reader, qr/must be owner of model "a"/, 'a role with a share must be owner');
unlike($of_reader, qr/grant_modeler/, 'and is not told to become a modeler');
as_role('installer', "SELECT segment.revoke_modeler('alice')");
like(refit_error('alice'), qr/role "alice" may not create or change models.*grant_modeler/s, 'an owner must be a modeler');
as_role('installer', "SELECT segment.grant_modeler('alice')");

# ---- the source is read with the rights and row policies of the owner ------------------

as_role('installer', <<'SQL');
CREATE TABLE mart.all_points (id int, x float8, y float8, who text);
INSERT INTO mart.all_points SELECT i, i, i % 7, CASE WHEN i <= 30 THEN 'dave' ELSE 'alice' END FROM generate_series(1, 100) i;
ALTER TABLE mart.all_points ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mart.all_points USING (who = current_user);
GRANT SELECT ON mart.all_points TO dave, alice;
SQL
is(as_role('dave', <<'SQL'), '30', 'row-level security of the source applies in a refit');
SELECT segment.create_model('d', 'anomaly', 'mart.all_points', 'id', '{x,y}', '{"trees": 2}') \g /dev/null
CALL segment.refit('d');
SELECT rows FROM segment_internal.active_version('d');
SQL
is(as_role('dave', "CALL segment.publish('{d}', 'mart.d'); SELECT count(*), max(id) FROM mart.d"), '30|30', 'and in a publication');
is(as_role('dave', "CALL segment.publish('{d}', 'segment.d')"), '42501', 'a publication needs CREATE in the schema');
as_role('alice', 'CREATE TABLE mart.trap (id int PRIMARY KEY); CREATE TABLE mart.trap_history (id int); GRANT ALL ON mart.trap, mart.trap_history TO dave');
is(as_role('dave', "CALL segment.publish('{d}', 'mart.trap')"), '42501', 'and must own an existing table');
is(as_role('alice', "CREATE TABLE mart.receipts AS SELECT 'c' AS customer_id, '1' AS receipt_id, date '2024-01-01' AS receipt_date, 1.0 AS amount, 'EUR' AS currency;
	SELECT segment.register_receipts('r', 'mart.receipts') \\g /dev/null
	SELECT count(*) FROM segment.cohort_retention"), '1', 'the owner of receipts sees their cohorts');
is(as_role('dave', 'SELECT count(*) FROM segment.cohort_retention'), '0', 'others do not');
is(as_role('installer', 'SELECT (SELECT count(*) FROM segment.receipts), (SELECT count(*) FROM segment.cohort_retention)'), '1|0',
	'nor does the owner of the extension, which only sees the registration');
is(as_role('dave', "SELECT segment.drop_receipts('r')"), '42704', 'and cannot drop them');

# ---- code of a source has only the rights of its owner in any refit ------------------

as_role('dave', <<'SQL');
CREATE TABLE mart.who (name text);
CREATE FUNCTION mart.promote_eve() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ALTER ROLE eve SUPERUSER; RETURN NEW; END';
CREATE TABLE mart.late (i int);
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON mart.late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mart.promote_eve();
CREATE FUNCTION mart.grab() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO mart.who VALUES (current_user);
	BEGIN ALTER ROLE eve SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN SET ROLE none; ALTER ROLE eve SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN RESET SESSION AUTHORIZATION; ALTER ROLE eve SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN INSERT INTO mart.late VALUES (1); EXCEPTION WHEN OTHERS THEN NULL; END;
	PERFORM set_config('search_path', 'mart', false);
	RETURN 0;
END $$;
CREATE VIEW mart.snare WITH (security_invoker = true) AS SELECT id, x + mart.grab() AS x, y FROM mart.all_points;
CREATE VIEW mart.receipts_snare AS SELECT 'c' AS customer_id, mart.grab()::text AS receipt_id, date '2024-01-01' AS receipt_date, 1.0 AS amount, 'EUR' AS currency;
SELECT segment.create_model('snare', 'anomaly', 'mart.snare', 'id', '{x,y}', '{"trees": 2}') \g /dev/null
SELECT segment.register_receipts('snare', 'mart.receipts_snare') \g /dev/null
SQL
is($node->safe_psql('shop', <<'SQL'), "30|postgres\n30\n1\nt", 'a superuser refits, publishes and reads cohorts as the owner would');
CALL segment.refit('snare');
SELECT rows, fitted_by FROM segment.model_version WHERE model_name = 'snare';
CALL segment.publish('{snare}', 'mart.of_snare');
SELECT count(*) FROM mart.of_snare;
SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'snare' AND period = 0;
SELECT current_setting('search_path') <> 'mart' AND current_user = 'postgres';
SQL
as_role('dave', <<'SQL');
CALL segment.publish('{d}', 'mart.dave_d');
CREATE TRIGGER late AFTER UPDATE OR DELETE ON mart.dave_d_history FOR EACH ROW EXECUTE FUNCTION mart.promote_eve();
SQL
is(as_role('postgres', "DELETE FROM mart.all_points WHERE id = 1; CALL segment.publish('{d}', 'mart.dave_d')"), '42501',
	'a superuser publishes to a table of another role as its owner; a trigger cannot alter roles');
is($node->safe_psql('shop', 'SELECT DISTINCT name FROM mart.who'), 'dave', 'all code ran as the owner');
is($node->safe_psql('shop', "SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'"), 'f', 'code of the source cannot escape that');
as_role('dave', "SELECT segment.drop_model('snare'), segment.drop_receipts('snare')");

# roles with a share do not see error messages, which may quote the source
as_role('alice', <<'SQL');
CREATE VIEW mart.typed AS SELECT id, CASE WHEN id = 7 THEN 'secret' ELSE '1' END::text::int AS x FROM mart.points;
SELECT segment.create_model('typed', 'anomaly', 'mart.typed', 'id'), segment.share_model('typed', 'readers') \g /dev/null
SQL
is(as_role('alice', "CALL segment.refit('typed')"), '22P02', 'a refit fails, quoting the source');
is(as_role('bob', "SELECT count(*) FROM segment.fit_log WHERE message ~ 'secret'"), '1', 'members of the owner see the message');
is(as_role('carol', "SELECT (SELECT count(*) FROM segment.models WHERE model_name = 'typed'), (SELECT count(*) FROM segment_internal.log(NULL) l WHERE l::text ~ 'secret'),
	(SELECT count(*) FROM segment_internal.versions(NULL) v WHERE v::text ~ 'secret'), (SELECT count(*) FROM segment.fit_log l WHERE l::text ~ 'secret'),
	(SELECT count(*) FROM segment.problems p WHERE p::text ~ 'secret')"), '1|0|0|0|0', 'roles with a share do not');
as_role('alice', "SELECT segment.drop_model('typed')");

# a role with a share can publish the model only when it owns the source, since a view is code of its author
as_role('alice', 'GRANT SELECT ON mart.points TO carol');
is(as_role('carol', "CALL segment.publish('{a}', 'mart.of_carol')"), '42501', 'a role with a share and SELECT on the source cannot publish');
as_role('alice', 'REVOKE SELECT ON mart.points FROM carol');
as_role('carol', 'CREATE TABLE mart.carols AS SELECT i AS id, i AS x, i % 9 AS y FROM generate_series(1, 50) i; GRANT SELECT ON mart.carols TO alice');
as_role('alice', "SELECT segment.create_model('c', 'anomaly', 'mart.carols', 'id', options => '{\"trees\": 2}'), segment.fit('c'), segment.share_model('c', 'readers')");
is(as_role('carol', "CALL segment.publish('{c}', 'mart.of_carol'); SELECT count(*), min(anomaly_version) FROM mart.of_carol"), '50|1',
	'the owner of the source can');
as_role('alice', "SELECT segment.drop_model('c')");

# ---- every view, whole, for a role whose plans differ from a superuser's ---------------

is(as_role('alice', <<'SQL'), '', 'models of several families');
CREATE VIEW mart.points3 AS SELECT id, x, y, x + y AS z FROM mart.points;
SELECT segment.create_model('scores', 'rfm', 'mart.points3', 'id') \g /dev/null
SELECT segment.create_model('odd', 'anomaly', 'mart.points3', 'id', options => '{"trees": 2}') \g /dev/null
SELECT segment.create_model('map', 'pca', 'mart.points3', 'id') \g /dev/null
CALL segment.refit('scores');
CALL segment.refit('odd');
CALL segment.refit('map');
SQL
foreach my $view (split /\n/, $node->safe_psql('shop', "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'segment'::regnamespace ORDER BY 1"))
{
	my $of_models = $node->safe_psql('shop', "SELECT count(*) FROM pg_attribute WHERE attrelid = 'segment.$view'::regclass AND attname = 'model_name'");
	my $rows = $node->safe_psql('shop', "SELECT count(*) FROM (SELECT * FROM segment.$view OFFSET 0) v" . ($of_models ? " WHERE model_name <> 'd'" : ''));
	is(as_role('alice', "SELECT count(*) FROM (SELECT * FROM segment.$view OFFSET 0) v"), $rows, "by a plain role: $view");
}
as_role('alice', "SELECT segment.drop_model('scores'), segment.drop_model('odd'), segment.drop_model('map')");

# dropped and renamed roles: no errors for readers, and a new role of the same name gets nothing
$node->safe_psql('shop', "CREATE ROLE leaver LOGIN; GRANT leaver TO alice; SELECT segment.grant_modeler('leaver'); SELECT segment.share_model('a', 'leaver')");
as_role('alice', "SELECT segment.create_model('l', 'anomaly', 'mart.points', 'id'), segment.change_owner('l', 'leaver')");
is(as_role('leaver', 'SELECT count(*) FROM segment.models'), '2', 'a role sees a model that it owns, and one shared with it');
is($node->safe_psql('shop', "ALTER ROLE leaver RENAME TO left; SELECT owner FROM segment.models WHERE model_name = 'l'"), 'left', 'a renamed role keeps its model');
is(as_role('left', 'SELECT count(*) FROM segment.models'), '2', 'and its shares');
$node->safe_psql('shop', 'CREATE ROLE leaver LOGIN');
is(as_role('leaver', 'SELECT count(*) FROM segment.models'), '0', 'a new role of the old name gets nothing');
$node->safe_psql('shop', "SELECT segment.revoke_modeler('left'); DROP ROLE left; CREATE ROLE left LOGIN");
is(as_role('left', 'SELECT count(*) FROM segment.models'), '0', 'nor does a new role with the name of a dropped one');
is(as_role('carol', 'SELECT count(*) FROM segment.models'), '1', 'readers get no error from a dropped role');
is(as_role('dave', "SELECT segment.change_owner('l', 'dave')"), '42704', 'a modeler cannot take a model whose owner was dropped');
is(as_role('installer', "SELECT segment.change_owner('l', '$_')"), '42501', "nor does the extension's owner, who sees all models, give it to $_") foreach qw(dave installer);
is(as_role('postgres', "SELECT segment.change_owner('l', 'dave'); SELECT count(*) FROM segment.models WHERE owner = 'dave'"), "\n2",
	'a superuser can change its owner');
is(as_role('dave', "SELECT segment.drop_model('l')"), '', 'the new owner may drop it');
# receipts of a role that is dropped
$node->safe_psql('shop', "CREATE ROLE leaver2 LOGIN; GRANT leaver2 TO alice; SELECT segment.grant_modeler('leaver2'); GRANT SELECT ON mart.receipts TO leaver2");
as_role('leaver2', "SELECT segment.register_receipts('left', 'mart.receipts'), segment.share_receipts('left', 'readers')");
is(as_role('carol', "SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'left'"), '1', 'shared receipts');
$node->safe_psql('shop', 'REVOKE ALL ON mart.receipts FROM leaver2; DROP ROLE leaver2; CREATE ROLE leaver2 LOGIN; GRANT SELECT ON mart.receipts TO leaver2');
is(as_role($_, "SELECT (SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'left'), (SELECT count(*) FROM segment_internal.receipts('left'))"),
	{ postgres => '0|1', carol => '0|1' }->{$_} // '0|0', "whose owner was dropped have no rows, for $_") foreach qw(leaver2 carol postgres eve);
$node->safe_psql('shop', "SELECT segment.grant_modeler('leaver2')");
is(as_role('leaver2', "SELECT segment.drop_receipts('left')"), '42704', 'a new role of that name does not own them');
is($node->safe_psql('shop', "SELECT string_agg(r.owner || ' ' || split_part(r.owner_key, ' ', 1), ', ') FROM segment.receipts r WHERE r.receipts_name = 'left'"), 'leaver2 dropped',
	'nor in the next cluster: the key says that the role was dropped');
is(as_role('installer', "SELECT segment.drop_receipts('left')"), '', 'the owner of the extension can drop them');
$node->safe_psql('shop', "SELECT segment.revoke_modeler('leaver2'); DROP OWNED BY leaver2; DROP ROLE leaver2");

# a renamed role, by its new name in the next cluster
$node->safe_psql('shop', "CREATE ROLE before LOGIN; SELECT segment.grant_modeler('before'), segment.share_model('a', 'before'); ALTER ROLE before RENAME TO after");
$node->safe_psql('shop', "SELECT segment.grant_modeler('alice')");
is($node->safe_psql('shop', "SELECT role_name FROM segment.modeler WHERE role_name IN ('before', 'after') UNION ALL SELECT role_name FROM segment.model_share WHERE role_name IN ('before', 'after')"),
	"after\nafter", 'the next write stores the new name of a renamed role');
$node->safe_psql('shop', "SELECT segment.unshare_model('a', 'after'), segment.revoke_modeler('after'); DROP ROLE after");

# an assertion, a cancelled statement and an invalid figure in registered receipts hide only their own rows
as_role('alice', <<'SQL');
CREATE FUNCTION mart.refuses(x numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN ASSERT false, ''no''; RETURN x; END';
CREATE VIEW mart.asserting_receipts AS SELECT customer_id, receipt_id, receipt_date, mart.refuses(amount) AS amount, currency FROM mart.receipts;
SELECT segment.register_receipts('asserting', 'mart.asserting_receipts');
SQL
is(as_role($_, "SELECT count(*) FROM segment.cohort_retention; SELECT what FROM segment.problems WHERE model_name = 'asserting'"), "1\nreceipts: no", "an assertion in receipts fails no view, for $_")
  foreach qw(alice postgres);
as_role('alice', "CREATE OR REPLACE FUNCTION mart.refuses(x numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RAISE ''no'' USING ERRCODE = ''query_canceled''; RETURN x; END'");
is(as_role('postgres', "SELECT count(*) FROM segment.cohort_retention; SELECT what FROM segment.problems WHERE model_name = 'asserting'"), "1\nreceipts: no", 'nor does an error that pretends to be a cancel');
as_role('alice', "SELECT segment.drop_receipts('asserting')");
is(as_role('dave', join('', map { "SELECT segment.share_model('d', 'r$_');" } 1)), '42704', 'sharing with a role that does not exist is an error');
$node->safe_psql('shop', join('', map { "CREATE ROLE r$_;" } 1 .. 101));
is(as_role('dave', join('', map { "SELECT segment.share_model('d', 'r$_') \\g /dev/null\n" } 1 .. 101)), '54000', 'and with more than 100 roles');
$node->safe_psql('shop', join('', map { "DROP ROLE r$_;" } 1 .. 101));

# ---- two-phase commit, assertions, old versions ----------------------------------------

is(as_role('alice', "BEGIN; CALL segment.publish('{a}', 'mart.two_phases'); PREPARE TRANSACTION 'published'; COMMIT PREPARED 'published';
	SELECT count(*) FROM mart.two_phases"), '200', 'a publication can be prepared for a commit in two phases');
as_role('alice', <<'SQL');
CREATE FUNCTION mart.asserts(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN ASSERT false, ''no''; RETURN x; END';
CREATE VIEW mart.asserting AS SELECT id, mart.asserts(x) AS x FROM mart.points;
SELECT segment.create_model('asserting', 'anomaly', 'mart.asserting', 'id') \g /dev/null
SQL
is(as_role('alice', "CALL segment.refit('asserting')"), 'P0004', 'an assertion of the source fails the refit');
is(as_role('alice', "SELECT outcome, sqlstate FROM segment.fit_log WHERE model_name = 'asserting'"), 'failed|P0004', 'which is logged');
as_role('alice', 'CREATE OR REPLACE VIEW mart.asserting AS SELECT id, x / 0 AS x FROM mart.points');
as_role('alice', "SELECT segment.alter_model('asserting', keep_versions => 3)");
as_role('alice', "CALL segment.refit('asserting')") foreach 1 .. 5;
is(as_role('alice', "SELECT count(*) FROM segment_internal.versions('asserting')"), '3', 'keep_versions also deletes failed versions');
$node->safe_psql('shop', "UPDATE segment.model_log SET finished_at = now() - interval '401 days' WHERE model_name = 'asserting'");
is(as_role('alice', "SELECT segment.alter_model('asserting', keep_log => 400) \\g /dev/null\nSELECT count(*) FROM segment.fit_log WHERE model_name = 'asserting'"), '0', 'keep_log deletes old log rows');
as_role('alice', "SELECT segment.drop_model('asserting')");

# ---- dump and restore, upgrade, standby ----------------------------------------------

my $digest = "SELECT string_agg(format('%s %s %s %s', model_name, version, status, encode(sha256(model), 'hex')), E'\\n' ORDER BY 1, model_name, version)
	FROM segment.model_version WHERE model IS NOT NULL";
my $before = $node->safe_psql('shop', $digest);
my $assigned = "SELECT string_agg(segment.kmeans_assign((SELECT segment.active_model('a')), ARRAY[x, y])::text, '' ORDER BY id) FROM mart.points";
my $labels = $node->safe_psql('shop', $assigned);
like($before, qr/a 1 active [0-9a-f]{64}\nd 1 active/, 'there are models to be kept');

my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('shop') ], 'pg_dump as superuser');
$node->safe_psql('postgres', 'CREATE DATABASE restored OWNER installer');
$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'restore as superuser');
is($node->safe_psql('restored', $digest), $before, 'every model has its sha256 after the restore');
is($node->safe_psql('restored', $assigned), $labels, 'and assigns the same clusters');
is(as_role('carol', 'SELECT count(*) FROM segment.models', 'restored'), '1', 'shares are restored');
is(as_role('alice', "INSERT INTO mart.points VALUES (201, 3, 4); CALL segment.refit('a'); SELECT count(*) FROM segment_internal.versions('a')", 'restored'), '2',
	'and models can be refitted: grants and sequences are restored');

# by the role that created the extension, in a database of its own
$node->safe_psql('postgres', 'CREATE DATABASE own OWNER installer');
$node->safe_psql('postgres', 'CREATE DATABASE own2 OWNER installer');
as_role('installer', <<'SQL', 'own');
CREATE EXTENSION segment;
CREATE SCHEMA mart;
CREATE TABLE mart.points AS SELECT i AS id, i % 17 AS x, i % 5 AS y FROM generate_series(1, 100) i;
SELECT segment.create_model('a', 'kmeans', 'mart.points', 'id', options => '{"k": 3}') \g /dev/null
CALL segment.refit('a');
SQL
my $own = as_role('installer', $digest, 'own');
like($own, qr/^a 1 active/, 'a model of the creating role');
$node->command_ok([ 'pg_dump', '-U', 'installer', '-f', $dump, '-d', $node->connstr('own') ], 'pg_dump as the creating role');
$node->command_ok([ 'psql', '-qX', '-U', 'installer', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('own2') ], 'restore as the creating role');
is(as_role('installer', $digest, 'own2'), $own, 'the same models');
is(as_role('installer', "INSERT INTO mart.points VALUES (101, 5, 5); CALL segment.refit('a'); SELECT max(version) FROM segment.model_version", 'own2'), '2', 'the creating role can refit them');

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('shop', $digest), $before, 'the standby has the models');
is($standby->safe_psql('shop', $assigned), $labels, 'and kmeans_assign works on it');
is($standby->safe_psql('shop', 'SELECT count(*) FROM segment.cluster_profile'), '8', 'and the views');
# a standby cannot see the session of a refit: it must not call the refit failed
my $running = $node->safe_psql('shop', "INSERT INTO segment.model_log (model_name, version, outcome, pid, fitted_by) VALUES ('a', 99, 'running', 0, 'x') RETURNING fit_id");
$node->wait_for_catchup($standby);
my $outcome = "SELECT outcome FROM segment_internal.log('a') WHERE fit_id = $running";
is($standby->safe_psql('shop', $outcome), 'running', 'a refit on the primary is running on the standby');
is($node->safe_psql('shop', $outcome), 'failed', 'where its session would be seen, it has failed');
$node->safe_psql('shop', "DELETE FROM segment.model_log WHERE fit_id = $running");
my ($out, $err);
$standby->psql('shop', "CALL segment.refit('a')", stderr => \$err);
like($err, qr/read-only transaction/, 'a refit is refused there');
$standby->stop('immediate');

# ---- 50 sessions at three isolation levels --------------------------------------------

$node->safe_psql('shop', "CREATE TABLE mart.seen (at timestamptz DEFAULT clock_timestamp(), versions bigint, rows bigint); GRANT INSERT ON mart.seen TO alice");
as_role('alice', "SELECT segment.alter_model('a', keep_versions => 1000); CALL segment.publish('{a}', 'mart.published')");
my @sessions;
foreach my $i (1 .. 50)
{
	my $level = ('read committed', 'repeatable read', 'serializable')[ $i % 3 ];
	my $script = "SET default_transaction_isolation = '$level';\n";
	$script .= "CALL segment.refit('a');\n" if $i % 2;
	$script .= "SELECT segment.fit('a');\n" if $i % 5 == 0;
	$script .= "SELECT segment.activate('a', 1);\n" if $i % 10 == 3;
	$script .= "CALL segment.publish('{a}', 'mart.published', clock_timestamp());\n" x 2;
	$script .= "INSERT INTO mart.seen (versions, rows) SELECT count(DISTINCT id) - count(*) + 1, count(*) FROM mart.published;\n" x 3;
	# from a file, since IPC::Run writes to a pipe only while it is pumped
	my $file = $node->basedir . "/session$i";
	append_to_file("$file.sql", $script);
	push @sessions, [ start([ 'psql', '-qX', '-U', 'alice', '-d', $node->connstr('shop'), '-f', "$file.sql" ], '<', \undef, '>', "$file.out", '2>', "$file.err"), "$file.err" ];
}
my %errors;
foreach my $session (@sessions)
{
	finish($session->[0]);
	my $complaints = slurp_file($session->[1]);
	$errors{$1}++ while $complaints =~ /ERROR:\s+(.*)/g;
}
note("$errors{$_} x $_") foreach sort keys %errors;
my @unexpected = grep { !/^(could not serialize access|model "a" is being refitted|as_of is|deadlock)/ } keys %errors;
is("@unexpected", '', 'under load: only errors of concurrency');
is($node->safe_psql('shop', "SELECT count(*) FROM segment.model_version WHERE model_name = 'a' AND status = 'active'"), '1',
	'exactly one active version');
is($node->safe_psql('shop', "SELECT count(*) FROM mart.seen WHERE versions <> 1 OR rows <> 200"), '0', 'readers saw complete states only');
is($node->safe_psql('shop', "SELECT count(*) FROM segment.model_log WHERE outcome = 'running'"), '0', 'no refit is running in the log');
is($node->safe_psql('shop', "SELECT count(*) FROM mart.published_history WHERE valid_to IS NULL"), '200', 'the history has one open row per id');
is($node->safe_psql('shop', "SELECT count(*) FROM mart.published_history a JOIN mart.published_history b USING (id)
	WHERE a.valid_from < b.valid_from AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)"), '0', 'and no overlapping ranges');

# ---- DROP EXTENSION keeps models in tables and published tables -------------------------

$node->safe_psql('shop', "CREATE TABLE mart.kept AS SELECT segment.active_model('a') AS model");
$labels = $node->safe_psql('shop', $assigned);
$node->safe_psql('shop', 'DROP EXTENSION segment');
is($node->safe_psql('shop', 'SELECT count(*), count(DISTINCT cluster_id) FROM mart.published'), '200|4', 'DROP EXTENSION leaves published tables');
$node->safe_psql('shop', 'CREATE EXTENSION segment');
is($node->safe_psql('shop', "SELECT string_agg(segment.kmeans_assign(model, ARRAY[x, y])::text, '' ORDER BY id) FROM mart.points, mart.kept"),
	$labels, 'and CREATE EXTENSION reads the models again');

# ---- pg_upgrade, here to the same version -----------------------------------------------

$own = as_role('installer', $digest, 'own2');
$node->stop;
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init;
my $bin = $node->config_data('--bindir');
my ($upgraded, $complaint) = run_command([ 'pg_upgrade', '-N', '-d', $node->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $node->port, '-P', $new->port ]);
like($upgraded, qr/Upgrade Complete/, 'pg_upgrade') or diag($upgraded, $complaint);
$new->start;
is($new->safe_psql('own2', $digest), $own, 'every model has its sha256 after the upgrade');
$new->stop;

done_testing();
