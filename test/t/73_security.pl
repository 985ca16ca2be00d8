# Nobody's code runs with more rights than its author has.
#
# Every role makes hostile objects (see Hostile.pm), each of which tells the server's log
# as whom it runs. Then every role calls every function and uses every table and view of
# the extension, as the catalogs list them, and scenarios follow for what takes a story:
# publications into hostile tables, swaps by name, roles that go and come back, locks.
# An escalation is a line of the log in which code runs as a role that its author is no
# member of.
use strict;
use warnings;
use Hostile;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep time);

my $node = PostgreSQL::Test::Cluster->new('security');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'segment'
max_connections = 120
log_line_prefix = '%m [%p] <%a> '
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = verbose
fsync = off
CONF
$node->start;

my $began = time;
my $db = 'shop';
my $log_from = 0;

sub sql { return $node->safe_psql($db, $_[0]); }

# One session; what it printed, or the first SQLSTATE.
sub as_role
{
	my ($role, $sql, %more) = @_;
	my ($out, $err);
	$node->psql($more{db} // $db, $sql, stdout => \$out, stderr => \$err,
		extra_params => [ '-q', '-U', $role, '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_STOP=1' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

# A session that goes on beside us.
sub background
{
	my ($role, @more) = @_;
	my %session = (in => '', out => '', err => '');
	$session{run} = start([ 'psql', '-qXAt', '-U', $role, '-d', $node->connstr($db), '-v', 'VERBOSITY=sqlstate', @more ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, IPC::Run::timeout(60));
	return \%session;
}

sub ask
{
	my ($session, $sql) = @_;
	$session->{out} = '';
	$session->{in} .= "$sql;\n\\echo done\n";
	$session->{run}->pump until $session->{out} =~ /done\n/;
	return $session->{out} =~ s/done\n//r;
}

sub start_call { my ($session, $sql) = @_; $session->{in} .= "$sql;\n"; $session->{run}->pump_nb; }

sub leave { my ($session) = @_; $session->{in} .= "\\q\n"; finish($session->{run}); }

# Until that session waits for a lock, ten seconds at most.
sub until_waiting
{
	my ($session, $pattern) = @_;
	foreach (1 .. 100)
	{
		$session->{run}->pump_nb;
		# in a database without a hostile search path
		return pass("waits: $pattern") if $node->safe_psql('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ '$pattern'") eq 't';
		usleep(100_000);
	}
	return fail("waits: $pattern: $session->{out} $session->{err}");
}

# ---- what the log says -----------------------------------------------------------------

my (%member, %seen_as_author);

sub read_members
{
	$member{$_} = 1 foreach split /\n/, $node->safe_psql('postgres',
		"SELECT a.rolname || ' ' || b.rolname FROM pg_roles a, pg_roles b WHERE pg_has_role(a.oid, b.oid, 'MEMBER')");
}

# Since the last time: code that ran as somebody whom its author does not belong to.
# allowed: "function role" that reads what this role names, as every SELECT does.
sub escalations
{
	my (%allowed) = @_;
	my %found;
	read_members();
	foreach my $line (split /\n/, slurp_file($node->logfile, $log_from))
	{
		next unless $line =~ /<(.*?)> LOG:\s+00000: SEEN (\S+) (\S+) (\S+) (.*)/;
		my ($calling, $author, $role, $session, $object) = ($1, $2, $3, $4, $5);
		$seen_as_author{$object}++;
		next if $member{"$author $role"} || $allowed{"$calling $role"} || $allowed{$calling};
		$found{"$calling: ${object} of $author as $role in the session of $session"}++;
	}
	$log_from = -s $node->logfile;
	return join("\n", sort keys %found);
}

# ---- roles ------------------------------------------------------------------------------

# team: owns models, targets and sources; mate and fellow are its members
my @authors = qw(mallory fellow towner sowner installer);
my @roles = qw(nobody reader modeler mallory fellow mate sharee towner sowner installer postgres);
$node->safe_psql('postgres', join('', map { "CREATE ROLE $_ LOGIN;" } grep { $_ ne 'postgres' } @roles) .
	"CREATE ROLE team; GRANT team TO mate, fellow; CREATE DATABASE $db OWNER installer; CREATE DATABASE empty OWNER installer;
	GRANT CREATE, TEMP ON DATABASE $db TO PUBLIC;");

# ---- installation: everything hostile is there already ------------------------------------

$node->safe_psql($db, 'GRANT ALL ON SCHEMA public TO PUBLIC;' . join('', map { Hostile::functions($_) } @authors) . Hostile::shadows('mallory') . <<'SQL');
ALTER DATABASE shop SET search_path = of_mallory, public, pg_catalog;
SQL
is(as_role('mallory', 'CREATE SCHEMA segment; GRANT ALL ON SCHEMA segment TO PUBLIC'), '', 'a schema segment of somebody else');
is(as_role($_, 'CREATE EXTENSION segment'), '42P06', "is no place for the extension of $_") foreach qw(installer postgres);
is(as_role('mallory', 'ALTER SCHEMA segment RENAME TO segment_internal'), '', 'a schema segment_internal of somebody else');
is(as_role($_, 'CREATE EXTENSION segment'), '42P06', "neither, for $_") foreach qw(installer postgres);
as_role('mallory', 'DROP SCHEMA segment_internal');
is(as_role('installer', "CREATE SCHEMA segment; CREATE FUNCTION segment.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE EXTENSION segment"), '42P06',
	'nor is one of one\'s own with something in it');
as_role('installer', 'DROP FUNCTION segment.f(); CREATE SCHEMA segment_internal');
as_role('postgres', 'BEGIN; ' . Hostile::temporary('mallory') . 'DROP SCHEMA segment, segment_internal; CREATE EXTENSION segment; ROLLBACK');
is(as_role('installer', Hostile::temporary('installer') . 'CREATE EXTENSION segment; SELECT count(*) FROM pg_catalog.pg_namespace WHERE pg_catalog.starts_with(nspname::pg_catalog.text, $$segment$$)'),
	'2', 'empty ones of one\'s own are replaced');
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
is(sql("SET search_path = pg_catalog; $foreign"), '', 'and nothing of the extension depends on a hostile object');

# ---- what the catalogs say of every object --------------------------------------------------

sub catalogs { return sql("SET search_path = pg_catalog; $_[0]"); }
my $of_us = "IN ('segment'::regnamespace, 'segment_internal'::regnamespace)";
is(catalogs("SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p WHERE pronamespace $of_us AND (prosecdef OR proowner <> 10)"), '',
	'no function runs as its owner, and only a superuser can change one');
is(catalogs("SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p JOIN pg_language l ON l.oid = prolang
	WHERE pronamespace $of_us AND lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL AND prokind <> 'p' AND p.oid <> 'segment_internal.publish(text[], text, timestamptz)'::regprocedure
	AND NOT COALESCE(proconfig::text ~ 'search_path=pg_catalog, pg_temp', false)"), '', 'every function has a body or a search path that is fixed');
is(catalogs("SELECT string_agg(n.nspname, ', ') FROM pg_namespace n WHERE oid $of_us AND (nspowner <> 10 OR has_schema_privilege('installer', oid, 'CREATE'))"), '',
	'nobody makes objects in the schemas');
# what it takes to dump and restore is the installer's; nothing is anybody else's
my $rights = "SELECT string_agg(DISTINCT concat_ws(' ', r.rolname, c.relkind, p.privilege), ', ')
	FROM pg_class c, pg_roles r, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,USAGE}'::text[]) p(privilege)
	WHERE relnamespace $of_us AND relkind IN ('r', 'S') AND NOT r.rolsuper AND r.rolname NOT LIKE 'pg\\_%'
	AND NOT (privilege = 'SELECT' AND relname IN ('algorithm', 'algorithm_option', 'algorithm_column'))
	AND CASE WHEN relkind = 'S' THEN privilege IN ('USAGE', 'SELECT', 'UPDATE') AND has_sequence_privilege(r.oid, c.oid, privilege)
	         WHEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege(r.oid, c.oid, privilege)
	         WHEN privilege <> 'USAGE' THEN has_table_privilege(r.oid, c.oid, privilege) END";
my $to_restore = 'installer S SELECT, installer S UPDATE, installer r INSERT, installer r SELECT';
is(catalogs($rights), $to_restore, 'what rights there are on tables');
is(catalogs("SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE relnamespace $of_us AND relowner <> 10"), '', 'only a superuser can alter one');
is(catalogs("SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE relnamespace $of_us AND relkind = 'v' AND NOT COALESCE(reloptions::text ~ 'security_invoker=true', false)"), '',
	'every view reads as who reads it');

# ---- models, receipts and targets of every role -----------------------------------------------

sql(<<'SQL');
CREATE SCHEMA teams AUTHORIZATION team;
GRANT ALL ON SCHEMA teams TO PUBLIC;
SELECT segment.grant_modeler(r) FROM pg_catalog.unnest('{modeler,mallory,team,towner,sowner}'::pg_catalog.text[]) r;
SQL

# A source, a model over it and a publication; more: what stands in the source besides.
sub model_of
{
	my ($name, $role, $schema, $author, $more) = @_;
	return <<SQL;
CREATE TABLE $schema.t AS SELECT i AS id, (i % 2 * 50 + i % 7)::pg_catalog.float8 AS x, (i % 3)::pg_catalog.float8 AS y, i::pg_catalog.float8 AS z FROM pg_catalog.generate_series(1, 12) i;
ALTER TABLE $schema.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON $schema.t USING (of_$author.act('policy of the source'));
CREATE VIEW $schema.v AS SELECT id, x + of_$author.act('view')::pg_catalog.int4 AS x, y, z$more FROM $schema.t;
CREATE VIEW $schema.r AS SELECT ROW('c', id)::of_$author.pair AS customer_id, id AS receipt_id, pg_catalog.make_date(2024, id, 1) AS receipt_date,
	(x + of_$author.act('receipts')::pg_catalog.int4)::pg_catalog.numeric AS amount, 'EUR'::pg_catalog.text AS currency FROM $schema.t;
GRANT SELECT ON $schema.v, $schema.r, $schema.t TO PUBLIC;
SELECT segment.create_model('$name', 'kmeans', '$schema.v', 'id', '{x,y,z}', '{"k": 2, "n_init": 1, "start": "warm"}') \\g /dev/null
SELECT segment.register_receipts('$name', '$schema.r') \\g /dev/null
CALL segment.refit('$name');
CALL segment.publish('{$name}', '$schema.p');
SQL
}
my $path = "SET search_path = pg_catalog;\n";
is(as_role('mallory', $path . model_of('m_view', 'mallory', 'of_mallory', 'mallory', ", x::of_mallory.whole AS d") . <<'SQL'), '', 'models of mallory');
SELECT segment.create_model('m_auto', 'kmeans', 'of_mallory.v', 'id', '{x,y}', '{"k": "auto", "k_max": 3, "n_init": 1}') \g /dev/null
SELECT segment.create_model('m_rfm', 'rfm', 'of_mallory.v', 'id', '{x,y,z}') \g /dev/null
SELECT segment.create_model('m_pca', 'pca', 'of_mallory.v', 'id', '{x,y,d}') \g /dev/null
SELECT segment.create_model('m_anomaly', 'anomaly', 'of_mallory.t', 'id', '{x,y}', '{"trees": 2}') \g /dev/null
CALL segment.refit('m_auto');
CALL segment.refit('m_rfm');
CALL segment.refit('m_pca');
CALL segment.refit('m_anomaly');
SELECT segment.share_model(m, r) FROM unnest('{m_view,m_rfm,m_pca,m_anomaly}'::text[]) m, unnest('{reader,sharee,installer}'::text[]) r \g /dev/null
SELECT segment.name_cluster('m_view', 1, 'One') \g /dev/null
SQL
is(as_role('fellow', "SET ROLE team; $path" . model_of('team_model', 'team', 'teams', 'fellow', '')), '', 'a model of the team, over code of a fellow member');
is(as_role('towner', $path . model_of('t_model', 'towner', 'of_towner', 'towner', '')), '', 'one of the owner of a target');
is(as_role('mallory', "$path SELECT segment.create_model('m_shared', 'kmeans', 'teams.v', 'id', '{x,y,z}', '{\"k\": 2}'), segment.share_model('m_shared', 'team') \\g /dev/null"), '',
	'a model of mallory over a view of the team');
is(as_role('modeler', "$path CREATE TABLE public.plain AS SELECT i AS id, i::float8 AS x, i % 3 AS y FROM generate_series(1, 12) i;
	SELECT segment.create_model('plain', 'kmeans', 'public.plain', 'id', '{x,y}', '{\"k\": 2}'), segment.share_model('plain', 'nobody'); CALL segment.refit('plain')") =~ /ERROR|\d{5}/ ? 1 : 0, 0,
	'a model of nobody\'s enemy');

# what stands on the tables that are written to
sub decorate
{
	my ($author, $table, $column, %without) = @_;
	my @refused;
	foreach my $statement (split /\n(?=[A-Z])/, Hostile::on_table($author, $table, $column, %without))
	{
		my $role = $table =~ /^teams/ ? 'fellow' : $author;
		my $got = as_role($role, ($role eq 'fellow' ? 'SET ROLE team; ' : '') . "$path $statement");
		push @refused, "$got: $statement" if $got ne '';
	}
	return join("\n", @refused);
}
# a history takes no columns of others
is(decorate('towner', 'of_towner.p', 'id', rules => 1) . decorate('towner', 'of_towner.p_history', 'id', columns => 1), '', 'hostile objects on a target');
is(decorate('fellow', 'teams.p', 'id', rules => 1) . decorate('fellow', 'teams.p_history', 'id', columns => 1), '', 'and on that of the team');
is(escalations(), '', 'so far nothing');

# ---- as a nightly job would: everybody's models, by superuser, member and sharee -----------------

my @models = qw(m_view m_auto m_rfm m_pca m_anomaly m_shared team_model t_model plain);
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
CALL segment.publish('{m_shared}', 'public.shared');
DELETE FROM of_towner.t WHERE id = 12;
DELETE FROM teams.t WHERE id = 12;
CALL segment.publish('{t_model}', 'of_towner.p');
CALL segment.publish('{team_model}', 'teams.p');
DROP TABLE public.all_of_mallory, public.all_of_mallory_history, public.shared, public.shared_history;
INSERT INTO of_towner.t VALUES (12, 1, 1, 1);
INSERT INTO teams.t VALUES (12, 1, 1, 1);
SQL
my $views = join('', map { "SELECT count(*) FROM (SELECT * FROM segment.$_ OFFSET 0) v;\n" } split /\n/,
	catalogs("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'segment'::regnamespace ORDER BY 1"));

sub nightly
{
	my ($when) = @_;
	my ($out, $err) = ('', '');
	# the table writes are those of a superuser on hostile tables: not ours to judge
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
	# mallory named the view of the team as the source of her model
	is(escalations('by_name mallory' => 1), '', "$when: refits, publications and views by a superuser, a member and a sharee");
}
nightly('a night', qw(postgres mate));

# a member who has taken the owner's role: its sources do not give him back what he has laid down
sql('SET session_replication_role = replica; SET search_path = pg_catalog; UPDATE teams.t SET x = x + 1 WHERE id < 4');
is(as_role('mate', "SET ROLE team; $path CALL segment.refit('team_model'); CALL segment.publish('{team_model}', 'teams.p'); SELECT current_user"), 'team',
	'a member as the owner');
is(escalations(), '', 'a member as the owner: refit and publish');

# ---- the owner of the extension, who is no superuser, on the tables of the registry ---------------

my %column = (model => 'model_name', model_version => 'model_name', model_log => 'model_name', cluster_name => 'model_name', model_share => 'model_name',
	modeler => 'role_name', receipts => 'receipts_name', receipts_share => 'receipts_name',
	algorithm => 'algorithm', algorithm_option => 'algorithm', algorithm_column => 'algorithm');
my @tables = split /\n/, catalogs("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace $of_us ORDER BY 1");
is(join(' ', @tables), join(' ', sort keys %column), 'the tables of the registry');
foreach my $table (@tables)
{
	my @attempts = (split(/\n(?=[A-Z])/, Hostile::on_table('installer', "segment.$table", $column{$table})),
		"ALTER TABLE segment.$table ALTER COLUMN $column{$table} SET DEFAULT 'd' || of_installer.act('default')",
		"ALTER TABLE segment.$table DISABLE TRIGGER ALL", "ALTER EXTENSION segment DROP TABLE segment.$table", "UPDATE segment.$table SET $column{$table} = ''",
		"DELETE FROM segment.$table", "TRUNCATE segment.$table", "SELECT FROM segment.$table FOR UPDATE");
	is(join("\n", grep { !/^42501|^42809/ } map { as_role('installer', "$path $_") . ": $_" } @attempts), '', "he puts nothing on $table, and takes nothing away");
}
as_role('installer', join('', map { "GRANT SELECT, INSERT ON segment.$_ TO mallory;" } @tables));
is(catalogs($rights), $to_restore, 'nor does he give rights on');
nightly('a night after that', qw(postgres mate sharee));

# What a restore needs he can do: insert rows. So he can forge them.
is(as_role('installer', $path . model_of('i_model', 'installer', 'of_installer', 'installer', '') . <<'SQL'), '', 'a model of his own');
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
is(as_role('installer', "$path $forgery"), '', 'he forges rows of all kinds');
is(catalogs("SELECT string_agg(DISTINCT m.owner, ', ') FROM segment.model m WHERE m.model_name LIKE 'f\\_%' AND segment_internal.remembered_role(m.owner, m.owner_key) IS NOT NULL"),
	'installer', 'which belong to him, or to nobody');
is(catalogs("SELECT string_agg(DISTINCT m.owner, ', ') FROM segment.receipts m WHERE m.receipts_name ~ '^z?f_' AND segment_internal.remembered_role(m.owner, m.owner_key) IS NOT NULL"),
	'installer', 'as do receipts');
is(catalogs("SELECT (SELECT count(*) FROM segment.model_share s WHERE s.role_key ~ '^restored ') || ' ' || (SELECT count(*) FROM segment.receipts_share s WHERE s.role_key ~ '^restored ')"),
	'24 24', 'and what they share is shared with nobody');
is(as_role('installer', "$path SELECT count(*) FROM segment.cohort_retention WHERE receipts_name IN ('m_view', 'team_model', 't_model')"), '0', 'he sees no receipts of others');
is(as_role('nobody', "SELECT (SELECT count(*) FROM segment.cohort_retention), (SELECT count(*) FROM segment.models)"), '0|1', 'nor does a role that he names');
# as the names decide elsewhere: no row names a role that he is no member of with a key that counts in another cluster
is(catalogs("SELECT count(*) FROM segment.model m WHERE m.model_name LIKE 'f\\_%' AND m.owner <> 'installer' AND segment_internal.remembered_role(m.owner, '0' || m.owner_key) IS NOT NULL"),
	'0', 'nor do they become somebody\'s in another cluster');
my @forged = split /\n/, catalogs("SELECT model_name FROM segment.models WHERE model_name LIKE 'f\\_%' ORDER BY 1");
is(scalar(@forged), 44, 'a superuser sees them');
my %of_forged;
foreach my $model (@forged)
{
	$of_forged{as_role('postgres', "CALL segment.refit('$_->[0]'); CALL segment.publish('{$_->[0]}', 'public.forged'); DROP TABLE public.forged, public.forged_history") || 'done'}++ foreach [$model];
}
like(join(' ', sort keys %of_forged), qr/^42501 done$/, 'and refits those of the installer only');
is(as_role('installer', "SELECT segment.change_owner('f_postgres_1', 'installer')"), '42501', 'he takes none over');
is(as_role('installer', "SELECT segment.change_owner('f_postgres_1', 'postgres')"), '42501', 'and gives none away');
is(as_role('mallory', "SELECT segment.change_owner('f_postgres_1', 'mallory')"), '42704', 'nor does anybody else');
is(as_role('mallory', "$path SELECT segment.change_owner('f_mallory_1', 'mallory'); SELECT owner FROM segment.models WHERE model_name = 'f_mallory_1'"), "\nmallory",
	'but the role of the name, for itself');
as_role('mallory', "SELECT segment.drop_model('f_mallory_1')");
nightly('a night over forged rows', qw(postgres mate sharee));
catalogs(<<'SQL');
DELETE FROM segment.model WHERE model_name LIKE 'f\_%';
DELETE FROM segment.model_version WHERE model_name LIKE 'f\_%';
DELETE FROM segment.model_log WHERE model_name LIKE 'f\_%';
DELETE FROM segment.receipts WHERE receipts_name ~ '^z?f_';
SQL

# ---- a history that another role has put beside a table ----------------------------------------------

is(as_role('towner', "$path CREATE TABLE public.plain_p (id integer, cluster_id integer); GRANT SELECT ON public.plain_p TO PUBLIC"), '', 'a table without history');
is(as_role('mallory', "$path CREATE VIEW public.plain_p_history AS SELECT id, x AS valid_from, NULL::float8 AS valid_to, of_mallory.act('view')::int AS cluster_id, 1 AS old_model_cluster_id FROM of_mallory.t;
	GRANT SELECT ON public.plain_p_history TO PUBLIC"), '', 'to which mallory adds one');
is(as_role($_, "$path SELECT count(*) FROM segment.migration('public.plain_p', '2024-01-01', '2024-02-01')"), '42501', "is not read by $_") foreach qw(postgres towner mate);
is(as_role('towner', "$path SELECT count(*) FROM segment.migration('of_towner.p', '2024-01-01', pg_catalog.now())") =~ /^\d+$/ ? 1 : 0, 1, 'one of its owner is');
is(escalations(), '', 'and its code is not run');

# ---- swaps by the owner of the schema, while a publication waits, and while it reads -----------------

is(as_role('towner', $path . <<'SQL'), '', 'a source with a gate');
CREATE FUNCTION of_towner.gate() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 0 FROM pg_advisory_xact_lock_shared(77)';
CREATE TABLE of_towner.gt AS SELECT i AS id, (i % 2 * 50 + i % 7)::float8 AS x FROM generate_series(1, 12) i;
CREATE VIEW of_towner.gated AS SELECT g.id, g.x FROM of_towner.gt g CROSS JOIN (SELECT of_towner.gate() OFFSET 0) o;
SELECT segment.create_model('gated', 'kmeans', 'of_towner.gated', 'id', '{x}', '{"k": 2, "n_init": 1}') \g /dev/null
CALL segment.refit('gated');
SQL
my $swap = "$path ALTER SCHEMA swap RENAME TO swapped; CREATE SCHEMA swap; GRANT ALL ON SCHEMA swap TO PUBLIC;
	CREATE TABLE swap.p (LIKE swapped.p INCLUDING ALL); CREATE TABLE swap.p_history (LIKE swapped.p_history INCLUDING ALL);" .
  Hostile::on_table('sowner', 'swap.p', 'id', rules => 1) . Hostile::on_table('sowner', 'swap.p_history', 'id', columns => 1);

# what is locked until the swap is done; and what each publisher then gets
foreach my $case ([ 'LOCK TABLE swap.p IN EXCLUSIVE MODE', { postgres => '', towner => '42501' } ], [ 'LOCK TABLE swap.p_history IN EXCLUSIVE MODE', { postgres => '42501', towner => '42501' } ],
	[ 'SELECT pg_advisory_xact_lock(77)', { postgres => '55006', towner => '55006' } ])
{
	my ($lock, $expected) = @$case;
	foreach my $publisher (sort keys %$expected)
	{
		catalogs('CREATE SCHEMA swap AUTHORIZATION sowner; GRANT ALL ON SCHEMA swap TO PUBLIC');
		as_role('towner', "$path CALL segment.publish('{gated}', 'swap.p'); GRANT SELECT ON swap.p, swap.p_history TO sowner; UPDATE of_towner.gt SET x = x + 1");
		my ($holder, $session) = (background('towner'), background($publisher));
		ask($_, 'SET search_path = pg_catalog') foreach $holder, $session;
		ask($holder, "BEGIN; $lock");
		start_call($session, "CALL segment.publish('{gated}', 'swap.p')");
		until_waiting($session, '^CALL segment.publish');
		is(as_role('sowner', $swap), '', "the schema's owner swaps both tables");
		ask($holder, 'COMMIT');
		ask($session, 'SELECT 1');
		leave($_) foreach $holder, $session;
		is($session->{err} =~ /ERROR:\s+(\w{5})/ ? $1 : '', $expected->{$publisher}, "$lock; then a publication by $publisher");
		is(escalations(), '', 'runs nothing of his as anybody else');
		catalogs('DROP SCHEMA swap, swapped CASCADE');
	}
}
# who owns the schema may drop the table, but not under a publication
catalogs('CREATE SCHEMA swap AUTHORIZATION sowner; GRANT ALL ON SCHEMA swap TO PUBLIC');
as_role('towner', "$path CALL segment.publish('{gated}', 'swap.p'); UPDATE of_towner.gt SET x = x + 1");
{
	my ($holder, $session, $dropper) = (background('towner'), background('postgres'), background('sowner'));
	ask($_, 'SET search_path = pg_catalog') foreach $holder, $session, $dropper;
	ask($holder, 'BEGIN; SELECT pg_advisory_xact_lock(77)');
	start_call($session, "CALL segment.publish('{gated}', 'swap.p')");
	until_waiting($session, '^CALL segment.publish');
	start_call($dropper, 'DROP TABLE swap.p, swap.p_history');
	until_waiting($dropper, '^DROP TABLE swap');
	ask($holder, 'COMMIT');
	ask($_, 'SELECT 1') foreach $session, $dropper;
	leave($_) foreach $holder, $session, $dropper;
	is($session->{err} . $dropper->{err}, '', 'a DROP TABLE waits for the publication');
	catalogs('DROP SCHEMA swap CASCADE');
}

# ---- a session that takes what there is to take --------------------------------------------------------

{
	my @hostile = map { background('mallory') } 1 .. 12;
	ask($_, 'SET search_path = pg_catalog; BEGIN') foreach @hostile;
	ask($hostile[0], "SELECT count(*) FROM (SELECT pg_advisory_lock(i), pg_advisory_lock(i, j), pg_advisory_lock('segment.model'::regclass::oid::int4, i) FROM generate_series(0, 40) i, generate_series(0, 4) j) l");
	ask($_, "SELECT count(segment_internal.progress_stage(i, 'not so')) FROM generate_series(-2000, 2000) i") foreach @hostile;
	ask($hostile[1], "SELECT segment_internal.start_fit('m_view')");
	ask($hostile[2], "SELECT segment_internal.share('m_rfm', 'reader')");
	ask($hostile[3], "SELECT segment_internal.target_name_lock('of_mallory', 'x'), segment_internal.target_lock('of_mallory', 'p')");
	my $started = time;
	my $last = catalogs("SELECT max(fit_id) FROM segment.model_log");
	foreach my $round (1 .. 3)
	{
		foreach my $call ([ 'modeler', "CALL segment.refit('plain')" ], [ 'mate', "CALL segment.refit('team_model')" ], [ 'postgres', "CALL segment.refit('t_model')" ],
			[ 'mate', "CALL segment.publish('{team_model}', 'teams.p')" ], [ 'modeler', "SELECT segment.share_model('plain', 'reader'), segment.unshare_model('plain', 'reader') \\g /dev/null" ],
			[ 'installer', "SELECT segment.grant_modeler('reader'), segment.revoke_modeler('reader') \\g /dev/null" ])
		{
			is(as_role($call->[0], "$path SET lock_timeout = '3s'; SET statement_timeout = '10s'; $call->[1]"), '', "under hostile sessions, $call->[0]: $call->[1]");
		}
	}
	cmp_ok(time - $started, '<', 25, 'in time');
	is(catalogs("SELECT string_agg(DISTINCT l.outcome, ', ') || ' ' || count(*) FROM segment.model_log l WHERE l.fit_id > $last AND l.model_name <> 'm_view'"), 'succeeded 9', 'no refit was skipped');
	is(as_role('modeler', "$path SELECT count(*) FROM segment.refit_progress"), '0', 'nobody sees their stages as those of his models');
	is(as_role('postgres', "$path SELECT count(*) FROM segment.refit_progress WHERE stage = 'not so' AND model_name <> 'm_view'"), '0', 'nor does a superuser');
	ask($_, 'ROLLBACK; SELECT pg_advisory_unlock_all()') foreach @hostile;
	leave($_) foreach @hostile;
	is(join('', map { $_->{err} } @hostile), '', 'the hostile sessions did what they could');
	is(escalations(), '', 'and nothing of theirs ran as others');
}

# ---- advisory locks of the session -----------------------------------------------------------------

# code of a source and of a target: takes some that last, and releases what the session has
is(as_role('mallory', $path . <<'SQL'), '', 'a source and a target that meddle with locks');
CREATE FUNCTION of_mallory.locks(fails boolean) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_unlock_all(), pg_advisory_lock(666), pg_advisory_lock_shared(1), pg_advisory_lock(2), pg_advisory_xact_lock(3);
    IF fails THEN
        RAISE EXCEPTION 'no';
    END IF;
    RETURN 0;
END $$;
CREATE FUNCTION of_mallory.lock_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM of_mallory.locks(false); RETURN NULL; END $$;
CREATE VIEW of_mallory.locking AS SELECT id, x + of_mallory.locks(false) AS x, y FROM of_mallory.t;
CREATE VIEW of_mallory.failing AS SELECT id, x + of_mallory.locks(true) AS x, y FROM of_mallory.t;
SELECT segment.create_model('m_locks', 'kmeans', 'of_mallory.locking', 'id', '{x,y}', '{"k": 2, "n_init": 1}'),
       segment.create_model('m_fails', 'kmeans', 'of_mallory.failing', 'id', '{x,y}', '{"k": 2, "n_init": 1}') \g /dev/null
CALL segment.refit('m_locks');
CALL segment.publish('{m_locks}', 'of_mallory.lp');
CREATE TRIGGER l AFTER INSERT OR UPDATE OR DELETE ON of_mallory.lp EXECUTE FUNCTION of_mallory.lock_trigger();
UPDATE of_mallory.t SET x = x + 1;
SQL
my $held = "SELECT string_agg(concat_ws(' ', objid, mode), ', ' ORDER BY objid, mode) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
is(as_role('postgres', "$path SELECT pg_advisory_lock(1), pg_advisory_lock(1), pg_advisory_lock_shared(2) \\g /dev/null\n" . join('', map { "$_;\n$held;\n" }
	"CALL segment.refit('m_locks')", "CALL segment.publish('{m_locks}', 'of_mallory.lp')", "DO 'BEGIN PERFORM segment.fit(''m_fails''); EXCEPTION WHEN raise_exception THEN NULL; END'") .
	"SELECT pg_advisory_unlock(1); SELECT pg_advisory_unlock(1); SELECT pg_advisory_unlock(1); SELECT pg_advisory_unlock_shared(2); SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
	("1 ExclusiveLock, 2 ShareLock\n" x 3) . "t\nt\nf\nt\n0", 'the session keeps its own, as often as it took them, and gets no others');
is(as_role('postgres', "$path BEGIN; SELECT pg_advisory_xact_lock(1), pg_advisory_lock(1) \\g /dev/null\nSELECT segment.fit('m_locks') \\g /dev/null\n$held; SELECT pg_advisory_unlock(1); SELECT pg_advisory_unlock(1); $held; COMMIT; SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
	"1 ExclusiveLock, 3 ExclusiveLock\nt\nf\n1 ExclusiveLock, 3 ExclusiveLock\n0", 'those of the transaction go with it');
as_role('mallory', "$path SELECT segment.drop_model('m_locks'), segment.drop_model('m_fails'); DROP TABLE of_mallory.lp, of_mallory.lp_history");

# ---- a role that goes: its models are nobody's, whatever their sources do --------------------------

sql('SET search_path = pg_catalog; CREATE ROLE leaver LOGIN; GRANT leaver TO mallory;' . Hostile::functions('leaver') . "SELECT segment.grant_modeler('leaver')");
is(as_role('leaver', $path . model_of('l_model', 'leaver', 'of_leaver', 'leaver', '') . <<'SQL'), '', 'models of one who leaves');
SELECT segment.share_model('l_model', 'sharee'), segment.share_receipts('l_model', 'sharee') \g /dev/null
SQL
sql('SET search_path = pg_catalog; REASSIGN OWNED BY leaver TO mallory; DROP OWNED BY leaver; DROP ROLE leaver; CREATE ROLE leaver LOGIN');
# without a share there is no such model; with one there is, but nobody may change it
my %refusal = (postgres => '42501', installer => '42501', sharee => '42501', mallory => '42704', leaver => '42704');
foreach my $role (sort keys %refusal)
{
	my $no_modeler = $role =~ /leaver|sharee/;
	is(as_role($role, "$path CALL segment.refit('l_model')"), $no_modeler ? '42501' : $refusal{$role}, "$role does not refit it");
	is(as_role($role, "$path CALL segment.publish('{l_model}', 'public.of_l')"), $role eq 'postgres' ? '' : $refusal{$role},
		$role eq 'postgres' ? 'a superuser publishes it, as the owner of the source' : "$role does not publish it");
	is(as_role($role, "$path SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'l_model'"), '0', "$role sees none of its receipts");
}
# mallory has his objects now
is(escalations('73_security.pl mallory' => 1), '', 'so his code ran as nobody who does not own it');

# ---- every role calls every function ---------------------------------------------------------------

# Values by type and, where one is meant for something, by the argument's name.
my $forged = q~'{"model_name": "m_view", "model_id": 1, "algorithm": "kmeans", "owner": "postgres", "owner_key": "0/10", "source_schema": "of_mallory", "source_name": "v", "id_column": "id", "id_type": "integer); SELECT of_mallory.act(''injected''); --", "feature_columns": ["x", "y", "z"], "options": {"k": 2}, "last_version": 1, "keep_versions": 1, "keep_log": 1, "receipts_name": "m_view", "fit_id": 1, "version": 1}'~;
my %pool = (
	text => [ "'m_view'", "'team_model'", "'x''); SELECT of_mallory.act(''injected''); --'", "''", "'kmeans'", "'of_mallory.v'", "pg_catalog.repeat('a', 100)", "E'\\\\x00'" ],
	int4 => [ 1, 2, 0, -1, 2147483647, '-2147483648' ],
	int8 => [ 1, 3, 0, -1, '9223372036854775807', '-9223372036854775808' ],
	oid => [ 10, 0, 4294967295, "'installer'::pg_catalog.regrole", "'mallory'::pg_catalog.regrole" ],
	float8 => [ 1, 2.5, 0, "'NaN'", "'Infinity'", '1e308', '-1e-300' ],
	numeric => [ 1, 0, "'NaN'", '1e100', '-3.5' ],
	bool => [ 'true', 'false' ],
	date => [ "'2024-06-01'", "'infinity'", "'-infinity'", "'4713-01-01 BC'" ],
	timestamp => [ "'2024-06-01'", "'infinity'", "'-infinity'" ],
	timestamptz => [ "'2024-06-01'", "'infinity'", "'-infinity'", 'pg_catalog.now()' ],
	regclass => [ "'of_mallory.v'", "'of_mallory.r'", "'of_towner.p'", "'segment.model'", "'of_towner.p_history'", "'pg_catalog.pg_class'", 4294967295 ],
	jsonb => [ "'{}'", "'{\"k\": 2, \"rows\": 1e400, \"owner\": \"postgres\"}'", "'[]'", "'null'", "'{\"k\": \"auto\", \"trees\": 1, \"seed\": -1}'", $forged ],
	bytea => [ map({ "(SELECT b FROM public.bytes WHERE name OPERATOR(pg_catalog.=) '$_')" } qw(kmeans rfm pca anomaly sweep damaged cut)), "''", "'\\x00'" ],
	_text => [ "'{m_view}'", "'{team_model,m_rfm}'", "'{}'", "'{NULL}'", "'{{a,b},{c,d}}'", "'{x,y,z}'" ],
	_int4 => [ "'{1,2}'", "'{}'", "'{NULL}'" ],
	_float8 => [ "'{1,2,3}'", "'{1,2}'", "'{NaN,1,2}'", "'{}'", "'{NULL,1,2}'", "'{{1,2},{3,4}}'" ],
	_bytea => [ "ARRAY[(SELECT b FROM public.bytes WHERE name OPERATOR(pg_catalog.=) 'kmeans')]", "'{}'", "'{NULL}'" ],
	_jsonb => [ "'{}'", "ARRAY['{\"1\": \"a\"}'::pg_catalog.jsonb]", "'{NULL}'" ],
);
my %meant = (
	(map { $_ => [ "'m_view'", "'team_model'", "'m_shared'", "'plain'", "'gone'" ] } qw(name model_name)),
	(map { $_ => [ "'postgres'", "'mallory'", "'team'", "'nobody'", "'installer'" ] } qw(role role_name)),
	role_key => [ 'segment_internal.role_key(10)', "'0/10'", "'x'" ],
	(map { $_ => [ "'SELECT 1'", "'SELECT 1; SELECT 2'", "'DROP TABLE segment.model'", "'COPY (SELECT 1) TO PROGRAM ''true'''" ] } qw(query rows_query changes_query)),
	(map { $_ => [ "'of_towner'", "'teams'", "'public'" ] } qw(target_schema schema_name)),
	(map { $_ => [ "'p'", "'p_history'", "'new'" ] } qw(target_name table_name)),
	algorithm => [ "'kmeans'", "'rfm'", "'pca'", "'anomaly'" ],
	fit_id => [ map { "(SELECT pg_catalog.max(fit_id) FROM segment_internal.log('$_'))" } qw(m_view team_model) ],
);
sql(<<'SQL');
SET search_path = pg_catalog;
CREATE TABLE public.bytes AS
SELECT m AS name, segment.active_model(f) AS b FROM (VALUES ('kmeans', 'm_view'), ('rfm', 'm_rfm'), ('pca', 'm_pca'), ('anomaly', 'm_anomaly')) v(m, f)
UNION ALL SELECT 'sweep', segment.kmeans_sweep(ARRAY[i, i % 3], 2, 3) FROM generate_series(1, 12) i
UNION ALL SELECT 'damaged', set_byte(segment.active_model('m_view'), 60, 255)
UNION ALL SELECT 'cut', substr(segment.active_model('m_view'), 1, 80);
GRANT SELECT ON public.bytes TO PUBLIC;
SQL

my $variants = $ENV{SEGMENT_VARIANTS} || 5;

# A value for an argument, or nothing where SQL cannot make one.
sub value
{
	my ($type, $name, $seed) = @_;
	my ($schema, $plain) = $type =~ /^(\w+)\.(\w+)$/;
	return if $plain eq 'internal';
	return "NULL::$type" if $seed % 7 == 6;
	my $choice = $meant{$name} && $plain =~ /^(text|int8)$/ ? $meant{$name} : $pool{$plain};
	return "($choice->[$seed % @$choice])::$type" if $choice;
	my $one = "pg_catalog.jsonb_populate_record(NULL::" . ($type =~ s/\._/./r) . ", $forged)";
	return $plain =~ /^_/ ? "ARRAY[$one]::$type" : $one;
}

my (@calls, %no_value);
foreach my $row (split /\n/, catalogs(<<SQL))
SELECT concat_ws('|', p.pronamespace::regnamespace || '.' || p.proname, p.prokind,
    p.prorettype = 'record'::regtype AND NOT COALESCE(p.proargmodes && '{o,t,b}', false),
    (SELECT string_agg(t.typnamespace::regnamespace || '.' || t.typname || ':' || COALESCE(p.proargnames[a.place], ''), ',' ORDER BY a.place)
     FROM unnest(p.proargtypes) WITH ORDINALITY a(type, place) JOIN pg_type t ON t.oid = a.type))
FROM pg_proc p WHERE p.pronamespace $of_us ORDER BY 1
SQL
{
	my ($function, $kind, $columns, $arguments) = split /\|/, $row;
	my @arguments = map { [ split /:/, $_, 2 ] } split /,/, $arguments // '';
	foreach my $variant (0 .. (@arguments ? $variants - 1 : 0))
	{
		my @values = map { value(@{ $arguments[$_] }, $variant * (1 + $_ % 3) + 2 * $_) } 0 .. $#arguments;
		$no_value{$function} = 1, last if @values < @arguments;
		my $call = "$function(" . join(', ', @values) . ')';
		push @calls, [ $function, $kind eq 'p' ? "CALL $call" : $columns eq 't' ? "SELECT * FROM $call AS r(a pg_catalog.int4)" :
			  $kind eq 'a' ? "SELECT $call FROM pg_catalog.generate_series(1, 3)" :
			  $kind eq 'w' ? "SELECT $call OVER () FROM pg_catalog.generate_series(1, 3)" : "SELECT $call" ];
	}
}
foreach my $row (split /\n/, catalogs("SELECT oid::regclass, relkind FROM pg_class WHERE relnamespace $of_us AND relkind IN ('r', 'v', 'S', 'p', 'm') ORDER BY 1"))
{
	my ($relation, $kind) = split /\|/, $row;
	push @calls, map { [ $relation, $_ ] } "SELECT * FROM $relation", $kind eq 'S' ? "SELECT pg_catalog.nextval('$relation'), pg_catalog.setval('$relation', 1)" :
	  ("INSERT INTO $relation DEFAULT VALUES", "DELETE FROM $relation", "TRUNCATE $relation", "LOCK TABLE $relation", "DROP TABLE $relation CASCADE", "COPY $relation TO '/dev/null'",
		"CREATE TRIGGER evil BEFORE INSERT ON $relation FOR EACH ROW EXECUTE FUNCTION of_mallory.trig()", "CREATE RULE evil AS ON UPDATE TO $relation DO ALSO SELECT 1",
		"ALTER TABLE $relation DISABLE ROW LEVEL SECURITY", "SELECT x FROM $relation x FOR UPDATE");
}
note(scalar(@calls) . ' calls; SQL has no values for ' . join(' ', sort keys %no_value));
cmp_ok(scalar(@calls), '>', 500, 'calls of all functions, tables and views');

my (%outcome, %ran, @running);

sub collect
{
	my ($role, $run, $file) = @{ shift @running };
	finish($run);
	my $errors = slurp_file("$file.err");
	# a call has ten lines of the file, and stands on the second
	$outcome{$role}[ int($1 / 10) - 1 ] = $2 while $errors =~ /psql:[^:]*:(\d+): (?:ERROR|FATAL|PANIC):\s+(\w{5})/g;
	$outcome{$role}[$_] //= '00000' foreach 0 .. $#calls;
	$ran{ $calls[$_][0] }++ foreach grep { $outcome{$role}[$_] eq '00000' } 0 .. $#calls;
	like(slurp_file("$file.out"), qr/^complete$/m, "all calls by $role");
}

foreach my $role (@roles)
{
	my $file = $node->basedir . "/calls_$role";
	my $own = (grep { $_ eq $role } @authors) ? "of_$role, " : '';
	my $script = "SET statement_timeout = '5s'; SET client_min_messages = error; SET lock_timeout = '2s'; SET search_path = pg_catalog;\n";
	$script .= Hostile::temporary($role) =~ s/\n/ /gr if $own;
	$script .= "SET search_path = ${own}of_mallory, public, pg_catalog; SET quote_all_identifiers = on; BEGIN; SAVEPOINT s;\n\\o /dev/null\n";
	$script .= "\n" x (9 - ($script =~ tr/\n//));
	$script .= "SET application_name = '$_->[0]';\n" . ($_->[1] =~ s/\n/ /gr) . ";\nROLLBACK TO s;\n" . "\n" x 7 foreach @calls;
	append_to_file($file, "$script ROLLBACK;\n\\o\n\\echo complete\n");
	collect() if @running > 1;
	push @running, [ $role, start([ 'psql', '-qXAt', '-U', $role, '-d', $node->connstr($db), '-v', 'VERBOSITY=sqlstate', '-f', $file ], '<', \undef, '>', "$file.out", '2>', "$file.err"), $file ];
}
collect() while @running;

# what reads a relation that the caller names, as the caller, like SELECT
my %by_name = map { $_ => 1 } 'segment.fit mallory', 'segment_internal.fit mallory', 'segment_internal.read_and_fit mallory', 'segment.receipt_counts', 'segment_internal.receipt_counts_query',
	'segment_internal.check_currency';
is(escalations(%by_name), '', 'no code runs with more rights than its author has');
my %bad;
foreach my $role (@roles)
{
	foreach my $index (0 .. $#calls)
	{
		my ($state, $call) = ($outcome{$role}[$index], $calls[$index][1]);
		$bad{"$state: $call"} .= " $role" if $state =~ /^(XX|08|57P|57014|55P03)/ || ($state eq '00000' && $call !~ /^(SELECT|CALL)/ && $role ne 'postgres' && !($role eq 'installer' && $call =~ /^COPY/));
	}
}
is(join("\n", map { "$_: $bad{$_}" } sort keys %bad), '', 'no call ends in an internal error, and none writes past the functions');
note('never without an error: ' . join(' ', grep { !$ran{$_} } sort keys %{ { map { $_->[0] => 1 } @calls } }));


is(join(', ', grep { !$seen_as_author{$_} } 'view', 'policy of the source', 'receipts', 'cast', 'trigger', 'rule', 'default', 'policy', 'index expression',
		'index predicate', 'check constraint', 'generated column', 'domain'), '', 'where each kind of hostile object ran, as its author');
note(sprintf '%.0f s', time - $began);
$node->stop;
done_testing();
