# No code runs with more rights than its author has: installation, catalogs, nightly jobs,
# and rows forged by the owner of the extension.  See Security.pm.
use strict;
use warnings;
use Hostile;
use Security;
use Test::More;

start_server('security');

# ---- installation among existing hostile objects ------------------------------------------

make_hostile();
is(as_role('mallory', 'CREATE SCHEMA segment; GRANT ALL ON SCHEMA segment TO PUBLIC'), '', 'a schema segment of another role');
is(as_role($_, 'CREATE EXTENSION segment'), '42P06', "CREATE EXTENSION by $_ is refused") foreach qw(installer postgres);
is(as_role('mallory', 'ALTER SCHEMA segment RENAME TO segment_internal'), '', 'a schema segment_internal of another role');
is(as_role($_, 'CREATE EXTENSION segment'), '42P06', "with segment_internal, CREATE EXTENSION by $_ is refused") foreach qw(installer postgres);
as_role('mallory', 'DROP SCHEMA segment_internal');
is(as_role('installer', "CREATE SCHEMA segment; CREATE FUNCTION segment.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE EXTENSION segment"), '42P06',
	'a schema of the installer that is not empty is refused');
as_role('installer', 'DROP FUNCTION segment.f(); CREATE SCHEMA segment_internal');
as_role('postgres', 'BEGIN; ' . Hostile::temporary('mallory') . 'DROP SCHEMA segment, segment_internal; CREATE EXTENSION segment; ROLLBACK');
is(as_role('installer', Hostile::temporary('installer') . 'CREATE EXTENSION segment; SELECT count(*) FROM pg_catalog.pg_namespace WHERE pg_catalog.starts_with(nspname::pg_catalog.text, $$segment$$)'),
	'2', 'empty schemas of the installer are replaced');
is(escalations(), '', 'installation runs no hostile code');
my $foreign = <<'SQL';
WITH ours AS (
    SELECT 'pg_proc'::regclass AS c, p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace WHERE nspname IN ('segment', 'segment_internal')
    UNION ALL SELECT 'pg_class'::regclass, r.oid FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('segment', 'segment_internal')
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class r ON r.oid = w.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('segment', 'segment_internal'))
SELECT pg_catalog.string_agg(pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) || ' on ' || pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), ', ')
FROM ours o JOIN pg_catalog.pg_depend d ON d.classid = o.c AND d.objid = o.oid
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.refclassid, d.refobjid, 0) i
WHERE i.schema IS NOT NULL AND i.schema NOT IN ('pg_catalog', 'segment', 'segment_internal', 'pg_toast')
SQL
is(sql("SET search_path = pg_catalog; $foreign"), '', 'no object of the extension depends on a hostile object');

# ---- the catalog rows of every object -------------------------------------------------------

is(catalogs("SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p WHERE pronamespace $of_us AND (prosecdef OR proowner <> 10)"), '',
	'no function is SECURITY DEFINER, and superusers own all functions');
is(catalogs("SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p JOIN pg_language l ON l.oid = prolang
	WHERE pronamespace $of_us AND lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL AND prokind <> 'p' AND p.oid <> 'segment_internal.publish(text[], text, timestamptz)'::regprocedure
	AND NOT COALESCE(proconfig::text ~ 'search_path=pg_catalog, pg_temp', false)"), '', 'every function has a parsed body or a fixed search path');
is(catalogs("SELECT string_agg(n.nspname, ', ') FROM pg_namespace n WHERE oid $of_us AND (nspowner <> 10 OR has_schema_privilege('installer', oid, 'CREATE'))"), '',
	'only superusers may create objects in the schemas');
# the installer has the privileges for dump and restore; other roles have none
my $rights = "SELECT string_agg(DISTINCT concat_ws(' ', r.rolname, c.relkind, p.privilege), ', ')
	FROM pg_class c, pg_roles r, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,USAGE}'::text[]) p(privilege)
	WHERE relnamespace $of_us AND relkind IN ('r', 'S') AND NOT r.rolsuper AND r.rolname NOT LIKE 'pg\\_%'
	AND NOT (privilege = 'SELECT' AND relname IN ('algorithm', 'algorithm_option', 'algorithm_column')) AND relname NOT IN ('action_rule', 'sensitive_feature', 'sensitive_product')
	AND CASE WHEN relkind = 'S' THEN privilege IN ('USAGE', 'SELECT', 'UPDATE') AND has_sequence_privilege(r.oid, c.oid, privilege)
	         WHEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege(r.oid, c.oid, privilege)
	         WHEN privilege <> 'USAGE' THEN has_table_privilege(r.oid, c.oid, privilege) END";
my $to_restore = 'installer S SELECT, installer S UPDATE, installer r INSERT, installer r SELECT';
is(catalogs($rights), $to_restore, 'privileges on tables');
# the rules are text of the user; the owner of the extension writes them
my @rules = qw(action_rule sensitive_feature sensitive_product);
is(catalogs(qq{SELECT string_agg(r.rolname || ' ' || p, ', ' ORDER BY 1) FROM pg_roles r, unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
	WHERE NOT r.rolsuper AND r.rolname NOT LIKE 'pg\\_%' AND has_table_privilege(r.oid, 'segment.$_', p)}) =~ s/.*/join(', ', sort split(', ', $&))/er,
	'installer DELETE, installer INSERT, installer UPDATE', "privileges on $_") foreach @rules;
is(catalogs("SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE relnamespace $of_us AND relowner <> 10"), '', 'superusers own all relations');
is(catalogs("SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE relnamespace $of_us AND relkind = 'v' AND NOT COALESCE(reloptions::text ~ 'security_invoker=true', false)"), '',
	'every view is security_invoker');

# ---- models, receipts and targets of every role -----------------------------------------------

make_models();
is(escalations(), '', 'no escalation so far');

# ---- a nightly job over the models of all roles, by superuser, member and sharee -----------------

my @models = qw(m_view m_auto m_rfm m_rules m_pca m_anomaly m_shared team_model t_model plain);
my $job = join('', map { "CALL segment.refit('$_');\n" } @models) . <<'SQL';
UPDATE of_mallory.t SET x = x + 1 WHERE id < 4;
UPDATE teams.t SET x = x + 1 WHERE id < 4;
UPDATE of_towner.t SET x = x + 1 WHERE id < 4;
SELECT segment.fit('m_view');
CALL segment.publish('{team_model}', 'teams.p');
CALL segment.publish('{t_model}', 'of_towner.p');
CALL segment.publish('{m_view}', 'of_towner.p');
CALL segment.publish('{team_model}', 'of_towner.p');
CALL segment.publish('{m_view,m_rfm,m_pca,m_anomaly}', 'public.all_of_mallory');
CALL segment.publish('{m_rules}', 'public.rules_of_mallory');
CALL segment.publish('{m_shared}', 'public.shared');
DELETE FROM of_towner.t WHERE id = 12;
DELETE FROM teams.t WHERE id = 12;
CALL segment.publish('{t_model}', 'of_towner.p');
CALL segment.publish('{team_model}', 'teams.p');
DROP TABLE public.all_of_mallory, public.all_of_mallory_history, public.rules_of_mallory, public.rules_of_mallory_history, public.shared, public.shared_history;
INSERT INTO of_towner.t VALUES (12, 1, 1, 1);
INSERT INTO teams.t VALUES (12, 1, 1, 1);
SQL
# one row: by the id, and by the values
$job .= join('', map { "SELECT segment.assign('$_', '5');\nSELECT segment.assign('$_', '{\"x\": 1, \"y\": 2, \"z\": 3, \"d\": 1}'::pg_catalog.jsonb);\n" } grep { $_ ne 'm_shared' } @models);
$job .= "SELECT segment.explain('$_', '5');\nSELECT segment.explain('$_', '{\"x\": 1, \"y\": 2, \"z\": 3}'::pg_catalog.jsonb);\n" foreach qw(m_view m_anomaly plain);
my $views = join('', map { "SELECT count(*) FROM (SELECT * FROM segment.$_ OFFSET 0) v;\n" } split /\n/,
	catalogs("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'segment'::regnamespace ORDER BY 1"));

sub nightly
{
	my ($when) = @_;
	my ($out, $err) = ('', '');
	# plain writes of a superuser to hostile tables are not part of this test
	foreach my $role (@_[1 .. $#_])
	{
		foreach my $statement (split /\n/, $job . $views)
		{
			next if $role ne 'postgres' && $statement =~ /^(UPDATE|DELETE|INSERT|DROP)/;
			my $before = $statement =~ /^(UPDATE|DELETE|INSERT)/ ? "SET session_replication_role = replica; SET search_path = pg_catalog;" :
			  $statement =~ /m_shared/ ? 'SET application_name = by_name;' : '';
			$node->psql($db, "$before SET standard_conforming_strings = off; SET quote_all_identifiers = on; $statement",
				stdout => \$out, stderr => \$err, extra_params => [ '-q', '-U', $role, '-v', 'VERBOSITY=sqlstate' ]);
			fail("$when, $role: $statement: $err") if $role eq 'postgres' && $err =~ /ERROR/;
			fail("$when, $role: $statement: $err") if $err =~ /XX000|server closed/;
		}
	}
	# the source of one of mallory's models is a view of the team
	is(escalations('by_name mallory' => 1), '', "$when: refits, publications and views by a superuser, a member and a sharee");
}
nightly('a night', qw(postgres mate sharee));
cmp_ok(seen_as_author('rules'), '>', 0, 'rules of mallory were read');
is(as_role('sharee', "$path SELECT segment.assign('m_rules', '{\"x\": 1, \"y\": 2, \"z\": 3}'::jsonb)") =~ /,R,/ ? 1 : 0, 1, 'who a model is shared with gets the name by its rules');

# rules of mallory do not run as the owner of the source
sql("SET application_name = by_name; SET search_path = pg_catalog; CALL segment.refit('m_shared_rules')");
is(as_role('mate', "$path CALL segment.publish('{m_shared_rules}', 'public.of_mate')"), '42501', 'the owner of the source does not publish a model with rules of another role');
is(as_role('mate', "$path SELECT segment.assign('m_shared_rules', '5') \\g /dev/null"), '', 'but assigns a row');
is(escalations('by_name mallory' => 1), '', 'rules run as the owner of the model');

# a temporary relation of a session is no rules of a model of another role
is(as_role('mallory', "$path CREATE TEMP TABLE rules (rule_no integer); SELECT segment.alter_model('m_rules', options => '{\"rules\": \"pg_temp.rules\"}') \\g /dev/null"), '42P01', 'temporary rules are refused');
sql(q(SET search_path = pg_catalog; UPDATE segment.model SET options = options || '{"rules": "pg_temp.rules"}' WHERE model_name = 'm_rules'));
is(as_role('sharee', "$path CREATE TEMP TABLE rules AS SELECT 1 AS rule_no, 'T' AS segment, 1 AS r_min, 5 AS r_max, 1 AS f_min, 5 AS f_max, 1 AS m_min, 5 AS m_max;
	GRANT SELECT ON rules TO PUBLIC; SELECT segment.assign('m_rules', '{\"x\": 1, \"y\": 2, \"z\": 3}'::jsonb)"), '42P01', 'a temporary relation of the caller is not read');
is(as_role('mallory', "$path SELECT segment.alter_model('m_rules', options => '{\"rules\": \"of_mallory.rules\"}') \\g /dev/null"), '', 'its rules again');

# a member after SET ROLE to the owner: code of the sources cannot RESET ROLE
sql('SET session_replication_role = replica; SET search_path = pg_catalog; UPDATE teams.t SET x = x + 1 WHERE id < 4');
is(as_role('mate', "SET ROLE team; $path CALL segment.refit('team_model'); CALL segment.publish('{team_model}', 'teams.p'); SELECT current_user"), 'team',
	'a member as the owner');
is(escalations(), '', 'a member as the owner: refit and publish');

# ---- the owner of the extension, not a superuser, and the tables of the registry ------------------

my %column = (model => 'model_name', model_version => 'model_name', model_log => 'model_name', cluster_name => 'model_name', model_share => 'model_name',
	modeler => 'role_name', receipts => 'receipts_name', receipts_share => 'receipts_name',
	ledger => 'ledger_name', ledger_change => 'customer_id', ledger_partition => 'ledger_id',
	suppression => 'source_name', campaign => 'campaign_name', campaign_action => 'campaign_name', campaign_member => 'campaign_name', approver => 'role_name', trigger => 'trigger_name', trigger_target => 'target_name',
	action_rule => 'pattern', sensitive_feature => 'pattern', sensitive_product => 'pattern', algorithm => 'algorithm', algorithm_option => 'algorithm', algorithm_column => 'algorithm');
my @tables = split /\n/, catalogs("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace $of_us ORDER BY 1");
is(join(' ', @tables), join(' ', sort keys %column), 'the tables of the registry');
foreach my $table (@tables)
{
	my @attempts = (split(/\n(?=[A-Z])/, Hostile::on_table('installer', "segment.$table", $column{$table})),
		"ALTER TABLE segment.$table ALTER COLUMN $column{$table} SET DEFAULT 'd' || of_installer.act('default')",
		"ALTER TABLE segment.$table DISABLE TRIGGER ALL", "ALTER EXTENSION segment DROP TABLE segment.$table", "UPDATE segment.$table SET $column{$table} = DEFAULT",
		"DELETE FROM segment.$table", "TRUNCATE segment.$table", "SELECT FROM segment.$table FOR UPDATE");
	@attempts = grep { !/^(UPDATE|DELETE|SELECT FROM)/ } @attempts if grep { $_ eq $table } @rules;
	is(join("\n", grep { !/^42501|^42809/ } map { as_role('installer', "$path $_") . ": $_" } @attempts), '', "the installer cannot change $table");
}
as_role('installer', "GRANT SELECT, INSERT ON segment.$_ TO mallory") foreach grep { my $table = $_; !grep { $_ eq $table } @rules } @tables;
is(catalogs($rights), $to_restore, 'the installer cannot grant privileges');
nightly('a night after that', qw(postgres mate sharee));

# A restore needs INSERT, so the installer can insert forged rows.
is(as_role('installer', $path . model_of('i_model', 'installer', 'of_installer', 'installer', '') . <<'SQL'), '', 'a model of the installer');
ALTER TABLE of_installer.t NO FORCE ROW LEVEL SECURITY;
SQL
my $forgery = <<'SQL';
INSERT INTO segment.model (model_name, algorithm, owner, owner_key, source_schema, source_name, id_column, id_type, feature_columns, options)
SELECT 'f_' || r.name || '_' || k.place, 'kmeans', r.name, k.key, 'of_installer', 'v', 'id', 'integer', '{x,y,z}', '{"k": 2, "n_init": 1}'
FROM (VALUES ('postgres'), ('mallory'), ('nobody'), ('installer')) r(name),
     (VALUES (1, segment_internal.role_key(10)), (2, segment_internal.role_key(to_regrole('mallory'))), (3, '0/10'), (4, 'x'), (5, segment_internal.role_key(1)),
             (6, segment_internal.role_key(0)), (7, segment_internal.role_key(to_regrole('installer'))), (8, ' ' || segment_internal.role_key(10)),
             (9, segment_internal.role_key(10) || ' '), (10, '+' || segment_internal.role_key(10)), (11, 'restored ' || segment_internal.role_key(10))) k(place, key);
INSERT INTO segment.receipts (receipts_name, owner, owner_key, source_schema, source_name)
SELECT m.model_name, r.name, m.owner_key, 'of_installer', 'r'
FROM segment.model m CROSS JOIN LATERAL (VALUES (split_part(m.model_name, '_', 2))) r(name) WHERE m.model_name LIKE 'f\_%';
INSERT INTO segment.receipts (receipts_name, owner, owner_key, source_schema, source_name)
SELECT 'z' || m.model_name, m.owner, segment_internal.role_key(10), 'of_mallory', 'r' FROM segment.model m WHERE m.model_name LIKE 'f\_%';
INSERT INTO segment.model_version SELECT m.model_name, 1, 'active', v.model, m.feature_columns, NULL, v.rows, v.metrics, v.source_fingerprint, v.fitted_at, v.duration, 'postgres'
FROM segment.model m, segment.model_version v WHERE m.model_name LIKE 'f\_%' AND v.model_name = 'i_model' AND v.status = 'active';
INSERT INTO segment.receipts_share SELECT n.name, r.name, k.key
FROM (VALUES ('m_view'), ('team_model'), ('t_model')) n(name), (VALUES ('installer'), ('nobody')) r(name),
     (VALUES (segment_internal.role_key(to_regrole('installer'))), ('0/10'), ('x'), (segment_internal.role_key(to_regrole('nobody')))) k(key);
INSERT INTO segment.model_share SELECT n.name, r.name, k.key
FROM (VALUES ('m_auto'), ('team_model'), ('t_model')) n(name), (VALUES ('installer'), ('nobody')) r(name),
     (VALUES (segment_internal.role_key(to_regrole('installer'))), ('0/10'), ('x'), (segment_internal.role_key(to_regrole('nobody')))) k(key);
SQL
is(as_role('installer', "$path $forgery"), '', 'the installer forges rows of all kinds');
is(catalogs("SELECT string_agg(DISTINCT m.owner, ', ') FROM segment.model m WHERE m.model_name LIKE 'f\\_%' AND segment_internal.remembered_role(m.owner, m.owner_key) IS NOT NULL"),
	'installer', 'the forged models belong to the installer or to no role');
is(catalogs("SELECT string_agg(DISTINCT m.owner, ', ') FROM segment.receipts m WHERE m.receipts_name ~ '^z?f_' AND segment_internal.remembered_role(m.owner, m.owner_key) IS NOT NULL"),
	'installer', 'so do the forged receipts');
is(catalogs("SELECT (SELECT count(*) FROM segment.model_share s WHERE s.role_key ~ '^restored ') || ' ' || (SELECT count(*) FROM segment.receipts_share s WHERE s.role_key ~ '^restored ')"),
	'24 24', 'the forged shares grant nothing');
is(as_role('installer', "$path SELECT count(*) FROM segment.cohort_retention WHERE receipts_name IN ('m_view', 'team_model', 't_model')"), '0', 'the installer sees no receipts of other roles');
is(as_role('nobody', "SELECT (SELECT count(*) FROM segment.cohort_retention), (SELECT count(*) FROM segment.models)"), '0|1', 'nor does a role named in a forged share');
# in another cluster names identify roles: no row has a role without membership of the installer and a valid key
is(catalogs("SELECT count(*) FROM segment.model m WHERE m.model_name LIKE 'f\\_%' AND m.owner <> 'installer' AND segment_internal.remembered_role(m.owner, '0' || m.owner_key) IS NOT NULL"),
	'0', 'the forged models have no owner in another cluster either');
my @forged = split /\n/, catalogs("SELECT model_name FROM segment.models WHERE model_name LIKE 'f\\_%' ORDER BY 1");
is(scalar(@forged), 44, 'a superuser sees the forged models');
my %of_forged;
foreach my $model (@forged)
{
	$of_forged{as_role('postgres', "CALL segment.refit('$_->[0]'); CALL segment.publish('{$_->[0]}', 'public.forged'); DROP TABLE public.forged, public.forged_history") || 'done'}++ foreach [$model];
}
like(join(' ', sort keys %of_forged), qr/^42501 done$/, 'a superuser can refit only those of the installer');
is(as_role('installer', "SELECT segment.change_owner('f_postgres_1', 'installer')"), '42501', 'the installer cannot take one over');
is(as_role('installer', "SELECT segment.change_owner('f_postgres_1', 'postgres')"), '42501', 'nor change the owner');
is(as_role('mallory', "SELECT segment.change_owner('f_postgres_1', 'mallory')"), '42704', 'nor can another role');
is(as_role('mallory', "$path SELECT segment.change_owner('f_mallory_1', 'mallory'); SELECT owner FROM segment.models WHERE model_name = 'f_mallory_1'"), "\nmallory",
	'the role of the name can take it over');
as_role('mallory', "SELECT segment.drop_model('f_mallory_1')");
nightly('a night over forged rows', qw(postgres mate sharee));
catalogs(<<'SQL');
DELETE FROM segment.model WHERE model_name LIKE 'f\_%';
DELETE FROM segment.model_version WHERE model_name LIKE 'f\_%';
DELETE FROM segment.model_log WHERE model_name LIKE 'f\_%';
DELETE FROM segment.receipts WHERE receipts_name ~ '^z?f_';
SQL

# ---- a history table that another role created for a table -------------------------------------------

is(as_role('towner', "$path CREATE TABLE public.plain_p (id integer, cluster_id integer); GRANT SELECT ON public.plain_p TO PUBLIC"), '', 'a table without history');
is(as_role('mallory', "$path CREATE VIEW public.plain_p_history AS SELECT id, x AS valid_from, NULL::float8 AS valid_to, of_mallory.act('view')::int AS cluster_id, 1 AS old_model_cluster_id FROM of_mallory.t;
	GRANT SELECT ON public.plain_p_history TO PUBLIC"), '', 'mallory creates a history for it');
is(as_role($_, "$path SELECT count(*) FROM segment.migration('public.plain_p', '2024-01-01', '2024-02-01')"), '42501', "migration by $_ refuses it") foreach qw(postgres towner mate);
is(as_role('towner', "$path SELECT count(*) FROM segment.migration('of_towner.p', '2024-01-01', pg_catalog.now())") =~ /^\d+$/ ? 1 : 0, 1, 'a history of the same owner is read');
is(escalations(), '', 'code of the foreign history does not run');

# ---- columns of a history with other types -------------------------------------------------------------

# a cast of mallory from each type
is(as_role('mallory', $path . <<'SQL'), '', 'a published table of mallory');
CALL segment.publish('{m_rfm}', 'of_mallory.h', '2024-01-01');
GRANT SELECT ON of_mallory.h, of_mallory.h_history TO PUBLIC;
CREATE TYPE of_mallory.label AS (a text);
CREATE FUNCTION of_mallory.to_text(of_mallory.label) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM of_mallory.act('cast of a label'); RETURN $1.a; END $$;
CREATE CAST (of_mallory.label AS text) WITH FUNCTION of_mallory.to_text(of_mallory.label) AS ASSIGNMENT;
CREATE TYPE of_mallory.moment AS (a timestamptz);
CREATE FUNCTION of_mallory.to_time(of_mallory.moment) RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM of_mallory.act('cast of a time'); RETURN $1.a; END $$;
CREATE CAST (of_mallory.moment AS timestamptz) WITH FUNCTION of_mallory.to_time(of_mallory.moment) AS IMPLICIT;
SQL
foreach my $case ([ 'segment', 'of_mallory.label', 'text' ], [ 'old_model_segment', 'of_mallory.label', 'text' ], [ 'valid_from', 'of_mallory.moment', 'timestamptz' ], [ 'valid_to', 'of_mallory.moment', 'timestamptz' ])
{
	my ($column, $type, $published) = @$case;
	# the expressions of indexes and constraints do not go with the type
	is(as_role('mallory', "$path BEGIN; CREATE TABLE of_mallory.c AS SELECT * FROM of_mallory.h; CREATE TABLE of_mallory.c_history AS SELECT * FROM of_mallory.h_history;
		GRANT SELECT ON of_mallory.c, of_mallory.c_history TO PUBLIC; ALTER TABLE of_mallory.c_history ALTER $column TYPE $type USING ROW($column)::$type; COMMIT"), '', "a $column of type $type");
	is(as_role($_, "$path SELECT count(*) FROM segment.migration_customers('of_mallory.c', '2024-01-01', pg_catalog.now(), 'segment')"), '42804', "is not read by $_") foreach qw(postgres mate mallory);
	as_role('mallory', 'DROP TABLE of_mallory.c, of_mallory.c_history');
}
is(as_role('mallory', "$path ALTER TABLE of_mallory.h_history ALTER id TYPE of_mallory.label USING ROW(id)::of_mallory.label"), '', 'an id of mallory');
is(as_role($_, "$path SELECT min(id) FROM segment.migration_customers('of_mallory.h', '2024-01-01', pg_catalog.now(), 'segment')"), '(1)', "is read by $_ without a cast") foreach qw(postgres mate);
is(escalations(), '', 'and no cast runs');

is(join(', ', grep { !seen_as_author($_) } 'view', 'policy of the source', 'receipts', 'cast', 'trigger', 'rule', 'default', 'policy', 'index expression',
		'index predicate', 'check constraint', 'generated column', 'domain'), '', 'each kind of hostile object ran as its author');

$node->stop;
done_testing();
