# A server with hostile objects of several roles (see Hostile.pm), which log the role as which
# they run; the extension, and models of every role.
#
# An escalation is a line of the log in which code runs as a role of which its author is not
# a member.
package Security;
use strict;
use warnings;
use Exporter qw(import);
use Hostile;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(start_server make_hostile make_models sql as_role catalogs model_of background ask start_call leave until_waiting
  escalations seen_as_author $node $db $path $of_us @authors @roles);
our ($node, $db) = (undef, 'shop');
our $path = "SET search_path = pg_catalog;\n";
our $of_us = "IN ('segment'::regnamespace, 'segment_internal'::regnamespace)";

# team: owns models, targets and sources; mate and fellow are its members
our @authors = qw(mallory fellow towner sowner installer);
our @roles = qw(nobody reader modeler mallory fellow mate sharee towner sowner installer postgres);
my $log_from = 0;

sub start_server
{
	my ($name) = @_;

	$node = PostgreSQL::Test::Cluster->new($name);
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
	$node->safe_psql('postgres', join('', map { "CREATE ROLE $_ LOGIN;" } grep { $_ ne 'postgres' } @roles) .
		"CREATE ROLE team; GRANT team TO mate, fellow; CREATE DATABASE $db OWNER installer; CREATE DATABASE empty OWNER installer;
		GRANT CREATE, TEMP ON DATABASE $db TO PUBLIC;");
	return $node;
}

# The objects that exist before the extension.
sub make_hostile
{
	$node->safe_psql($db, 'GRANT ALL ON SCHEMA public TO PUBLIC;' . join('', map { Hostile::functions($_) } @authors) . Hostile::shadows('mallory') . <<'SQL');
ALTER DATABASE shop SET search_path = of_mallory, public, pg_catalog;
SQL
	return;
}

sub sql { return $node->safe_psql($db, $_[0]); }

sub catalogs { return sql("SET search_path = pg_catalog; $_[0]"); }

# Run SQL in one session; returns the output, or the first SQLSTATE.
sub as_role
{
	my ($role, $sql, %more) = @_;
	my ($out, $err);
	$node->psql($more{db} // $db, $sql, stdout => \$out, stderr => \$err,
		extra_params => [ '-q', '-U', $role, '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_STOP=1' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

# A session in the background.
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

# Wait until that session waits for a lock, at most ten seconds.
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

# ---- the server log --------------------------------------------------------------------

my (%member, %seen_as_author);

sub seen_as_author { return $seen_as_author{$_[0]}; }

sub read_members
{
	$member{$_} = 1 foreach split /\n/, $node->safe_psql('postgres',
		"SELECT a.rolname || ' ' || b.rolname FROM pg_roles a, pg_roles b WHERE pg_has_role(a.oid, b.oid, 'MEMBER')");
}

# Since the last call: code that ran as a role of which its author is not a member.
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

# ---- models, receipts and targets of every role ------------------------------------------------

# A source, a model over it and a publication; more: additional SQL for the source.
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
# hostile objects of the tables that are written
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
sub make_models
{
	sql(<<'SQL');
CREATE SCHEMA teams AUTHORIZATION team;
GRANT ALL ON SCHEMA teams TO PUBLIC;
SELECT segment.grant_modeler(r) FROM pg_catalog.unnest('{modeler,mallory,team,towner,sowner}'::pg_catalog.text[]) r;
SQL
	is(as_role('mallory', $path . model_of('m_view', 'mallory', 'of_mallory', 'mallory', ", x::of_mallory.whole AS d") . <<'SQL'), '', 'models of mallory');
SELECT segment.create_model('m_auto', 'kmeans', 'of_mallory.v', 'id', '{x,y}', '{"k": "auto", "k_max": 3, "n_init": 1}') \g /dev/null
SELECT segment.create_model('m_rfm', 'rfm', 'of_mallory.v', 'id', '{x,y,z}') \g /dev/null
SELECT segment.create_model('m_pca', 'pca', 'of_mallory.v', 'id', '{x,y,d}') \g /dev/null
SELECT segment.create_model('m_anomaly', 'anomaly', 'of_mallory.t', 'id', '{x,y}', '{"trees": 2}') \g /dev/null
CREATE VIEW of_mallory.rules AS SELECT 1 AS rule_no, CASE WHEN of_mallory.act('rules') THEN 'R' END AS segment, 1 AS r_min, 5 AS r_max, 1 AS f_min, 5 AS f_max, 1 AS m_min, 5 AS m_max;
GRANT SELECT ON of_mallory.rules TO PUBLIC;
SELECT segment.create_model('m_rules', 'rfm', 'of_mallory.v', 'id', '{x,y,z}', '{"rules": "of_mallory.rules"}') \g /dev/null
CALL segment.refit('m_rules');
CALL segment.refit('m_auto');
CALL segment.refit('m_rfm');
CALL segment.refit('m_pca');
CALL segment.refit('m_anomaly');
SELECT segment.share_model(m, r) FROM unnest('{m_view,m_rfm,m_rules,m_pca,m_anomaly}'::text[]) m, unnest('{reader,sharee,installer}'::text[]) r \g /dev/null
SELECT segment.name_cluster('m_view', 1, 'One') \g /dev/null
SQL
	is(as_role('fellow', "SET ROLE team; $path" . model_of('team_model', 'team', 'teams', 'fellow', '')), '', 'a model of the team, over code of a fellow member');
	is(as_role('towner', $path . model_of('t_model', 'towner', 'of_towner', 'towner', '')), '', 'one of the owner of a target');
	is(as_role('mallory', "$path SELECT segment.create_model('m_shared', 'kmeans', 'teams.v', 'id', '{x,y,z}', '{\"k\": 2}'), segment.share_model('m_shared', 'team') \\g /dev/null"), '',
		'a model of mallory over a view of the team');
	is(as_role('mallory', "$path SELECT segment.create_model('m_shared_rules', 'rfm', 'teams.t', 'id', '{x,y,z}', '{\"rules\": \"of_mallory.rules\"}'), segment.share_model('m_shared_rules', 'team') \\g /dev/null"), '',
		'and one with rules of mallory');
	is(as_role('modeler', "$path CREATE TABLE public.plain AS SELECT i AS id, i::float8 AS x, i % 3 AS y FROM generate_series(1, 12) i;
		SELECT segment.create_model('plain', 'kmeans', 'public.plain', 'id', '{x,y}', '{\"k\": 2}'), segment.share_model('plain', 'nobody'); CALL segment.refit('plain')") =~ /ERROR|\d{5}/ ? 1 : 0, 0,
		'a model of nobody\'s enemy');
	# a history may not have other columns
	is(decorate('towner', 'of_towner.p', 'id', rules => 1) . decorate('towner', 'of_towner.p_history', 'id', columns => 1), '', 'hostile objects on a target');
	is(decorate('fellow', 'teams.p', 'id', rules => 1) . decorate('fellow', 'teams.p_history', 'id', columns => 1), '', 'and on that of the team');
	return;
}

1;
