# No code runs with more rights than its author has: tables replaced during a publication,
# hostile sessions, advisory locks, dropped roles.  See Security.pm.
use strict;
use warnings;
use Hostile;
use Security;
use Test::More;
use Time::HiRes qw(time);

start_server('security_sessions');
make_hostile();
is(as_role('installer', 'CREATE EXTENSION segment'), '', 'the extension, among hostile objects');
make_models();

# ---- swaps by the owner of the schema, while a publication waits, and while it reads -----------------

is(as_role('towner', $path . <<'SQL'), '', 'a source that waits for a lock');
CREATE FUNCTION of_towner.gate() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 0 FROM pg_advisory_xact_lock_shared(77)';
CREATE TABLE of_towner.gt AS SELECT i AS id, (i % 2 * 50 + i % 7)::float8 AS x FROM generate_series(1, 12) i;
CREATE VIEW of_towner.gated AS SELECT g.id, g.x FROM of_towner.gt g CROSS JOIN (SELECT of_towner.gate() OFFSET 0) o;
SELECT segment.create_model('gated', 'kmeans', 'of_towner.gated', 'id', '{x}', '{"k": 2, "n_init": 1}') \g /dev/null
CALL segment.refit('gated');
SQL
my $swap = "$path ALTER SCHEMA swap RENAME TO swapped; CREATE SCHEMA swap; GRANT ALL ON SCHEMA swap TO PUBLIC;
	CREATE TABLE swap.p (LIKE swapped.p INCLUDING ALL); CREATE TABLE swap.p_history (LIKE swapped.p_history INCLUDING ALL);" .
  Hostile::on_table('sowner', 'swap.p', 'id', rules => 1) . Hostile::on_table('sowner', 'swap.p_history', 'id', columns => 1);

# the lock held until the swap is done, and the result of each publisher
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
		is(as_role('sowner', $swap), '', "the owner of the schema replaces both tables");
		ask($holder, 'COMMIT');
		ask($session, 'SELECT 1');
		leave($_) foreach $holder, $session;
		is($session->{err} =~ /ERROR:\s+(\w{5})/ ? $1 : '', $expected->{$publisher}, "$lock; then a publication by $publisher");
		is(escalations(), '', 'code of the schema owner runs only as that role');
		catalogs('DROP SCHEMA swap, swapped CASCADE');
	}
}
# the owner of the schema may drop the table, but not during a publication
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

# ---- hostile sessions that hold all kinds of locks -------------------------------------------------------

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
	is(as_role('modeler', "$path SELECT count(*) FROM segment.refit_progress"), '0', 'forged stages are not shown for models of other roles');
	is(as_role('postgres', "$path SELECT count(*) FROM segment.refit_progress WHERE stage = 'not so' AND model_name <> 'm_view'"), '0', 'nor to a superuser');
	ask($_, 'ROLLBACK; SELECT pg_advisory_unlock_all()') foreach @hostile;
	leave($_) foreach @hostile;
	is(join('', map { $_->{err} } @hostile), '', 'the hostile sessions raised no errors');
	is(escalations(), '', 'none of their code ran as another role');
}

# ---- advisory locks of the session -----------------------------------------------------------------

# code of a source and of a target takes session-level locks, and releases those of the session
is(as_role('mallory', $path . <<'SQL'), '', 'a source and a target that take and release locks');
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
	("1 ExclusiveLock, 2 ShareLock\n" x 3) . "t\nt\nf\nt\n0", 'the session keeps its locks with their counts, and gets no others');
is(as_role('postgres', "$path BEGIN; SELECT pg_advisory_xact_lock(1), pg_advisory_lock(1) \\g /dev/null\nSELECT segment.fit('m_locks') \\g /dev/null\n$held; SELECT pg_advisory_unlock(1); SELECT pg_advisory_unlock(1); $held; COMMIT; SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
	"1 ExclusiveLock, 3 ExclusiveLock\nt\nf\n1 ExclusiveLock, 3 ExclusiveLock\n0", 'transaction-level locks end with the transaction');
as_role('mallory', "$path SELECT segment.drop_model('m_locks'), segment.drop_model('m_fails'); DROP TABLE of_mallory.lp, of_mallory.lp_history");

# ---- a dropped role: its models have no owner -----------------------------------------------------

sql('SET search_path = pg_catalog; CREATE ROLE leaver LOGIN; GRANT leaver TO mallory;' . Hostile::functions('leaver') . "SELECT segment.grant_modeler('leaver')");
is(as_role('leaver', $path . model_of('l_model', 'leaver', 'of_leaver', 'leaver', '') . <<'SQL'), '', 'models of a role that is then dropped');
SELECT segment.share_model('l_model', 'sharee'), segment.share_receipts('l_model', 'sharee') \g /dev/null
SQL
sql('SET search_path = pg_catalog; REASSIGN OWNED BY leaver TO mallory; DROP OWNED BY leaver; DROP ROLE leaver; CREATE ROLE leaver LOGIN');
# without a share the model is not visible; with a share it is, but only a superuser may change it
my %refusal = (postgres => '42501', installer => '42501', sharee => '42501', mallory => '42704', leaver => '42704');
foreach my $role (sort keys %refusal)
{
	is(as_role($role, "$path CALL segment.refit('l_model')"), $refusal{$role}, "$role cannot refit it");
	is(as_role($role, "$path CALL segment.publish('{l_model}', 'public.of_l')"), $role eq 'postgres' ? '' : $refusal{$role},
		$role eq 'postgres' ? 'a superuser publishes it, as the owner of the source' : "$role does not publish it");
	is(as_role($role, "$path SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'l_model'"), '0', "$role sees none of its receipts");
}
# mallory now owns the objects of the dropped role
is(escalations('77_security_sessions.pl mallory' => 1), '', 'code of the dropped role ran only as its new owner');

$node->stop;
done_testing();
