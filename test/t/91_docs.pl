# The reference tables of docs/ and the installed extension agree: every function, argument,
# option, view, column and setting has a row, and every row names something that exists.
#
# The first cell of a table's head says what its rows name:
#   function                     `CALL refit(name)`, `kmeans_fit(features, k[, options])`, `rfm(receipts, ...)`
#   argument of `rfm`            all arguments of all forms; needed for a function with "..." in its row
#   option of `pca_fit`          the options of a fit, or of create_model
#   column of `cohort_retention` the columns of a function's result
#   column of view `models`      the columns of a view or table, with their types in the second cell
#   published by                 an algorithm, and the columns that publish writes: in both tables, the target, the history
#   view, setting
# A table of the extension that every role may read counts as a view.
use strict;
use warnings;
use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Docs;

my $here = getcwd();
my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

# The rows of a query, each an array.
sub query
{
	return map { [ split /\|/, $_, -1 ] } split /\n/, $node->safe_psql('postgres', $_[0]);
}

sub sorted { return join(' ', sort @_); }
sub unique { my %seen; return grep { !$seen{$_}++ } @_; }

# ---- what the pages say ----

my (@functions, %published, %arguments, %options, %result_columns, %view_columns, @views, %settings, %code);
foreach my $page (Docs::pages($here))
{
	$code{$page} = join(' ', map { $_->[1] =~ /`([^`]+)`/g } Docs::prose("$here/$page"));
	foreach my $table (Docs::tables("$here/$page"))
	{
		my ($kind, @rows) = ($table->{head}[0], @{ $table->{rows} });
		my @names = map { $_->[0] =~ /`([^`]+)`/g } @rows;
		if ($kind eq 'function')
		{
			foreach my $row (@rows)
			{
				my ($call, $name, $list) = ($row->[0] // '') =~ /^`(CALL )?(\w+)\(([^`]*)\)`$/;
				die "$page: not a function: $row->[0]" unless defined $name;
				my @listed = grep { $_ ne '' } map { /^\s*"?(\w+|\.\.\.)"?/ ? $1 : '' } split /,/, $list =~ tr/[]//dr;
				push @functions, { page => $page, name => $name, arguments => [ grep { $_ ne '...' } @listed ],
					open => scalar(grep { $_ eq '...' } @listed), procedure => defined $call };
			}
		}
		elsif ($kind =~ /^argument of `(\w+)`$/) { push @{ $arguments{$1} }, @names; }
		elsif ($kind =~ /^option of `(\w+)`$/) { push @{ $options{$1} }, @rows; }
		elsif ($kind =~ /^column of `(\w+)`$/) { push @{ $result_columns{$1} }, @names; }
		elsif ($kind =~ /^column of (?:view|table) `(\w+)`$/)
		{
			push @{ $view_columns{$1} }, map { ($_->[0] =~ /`(\w+)`/)[0] . " $_->[1]" } @rows;
		}
		elsif ($kind eq 'published by')
		{
			foreach my $row (grep { $_->[0] ne 'every model' } @rows)
			{
				$published{ $row->[0] } = [ map { sorted($_ =~ /\w+/g) } @$row[ 1 .. 3 ] ];
			}
		}
		elsif ($kind eq 'view') { push @views, @names; }
		elsif ($kind eq 'setting') { $settings{$_->[0] =~ tr/`//dr} = $_->[1] foreach @rows; }
	}
}

# ---- what is installed ----

my (%installed, %columns);
foreach my $row (query(q{
	SELECT p.proname, p.prokind = 'p',
		(SELECT string_agg(a.name, ' ' ORDER BY a.place) FROM unnest(p.proargnames) WITH ORDINALITY a(name, place)
		 WHERE COALESCE(p.proargmodes[a.place], 'i') IN ('i', 'b', 'v')),
		(SELECT string_agg(a.name, ' ' ORDER BY a.place) FROM unnest(p.proargnames) WITH ORDINALITY a(name, place)
		 WHERE p.proargmodes[a.place] IN ('o', 'b', 't')),
		(SELECT string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
		 WHERE t.oid = p.prorettype AND a.attnum > 0)
	FROM pg_proc p
	WHERE p.pronamespace = 'segment'::regnamespace
	ORDER BY 1}))
{
	my ($name, $procedure, $in, $out, $of_type) = @$row;
	push @{ $installed{$name} }, { arguments => [ split / /, $in ], procedure => $procedure eq 't' };
	push @{ $columns{$name} }, split / /, "$out $of_type" =~ s/^ +| +$//gr;
}

# ---- functions ----

is(sorted(grep { !exists $installed{$_} } unique(map { $_->{name} } @functions)), '', 'every function of docs/ exists');
my %described = map { ($_->{name} => 1) } @functions;
is(sorted(grep { !$described{$_} } keys %installed), '', 'every function of the schema segment has a row in docs/');

foreach my $row (grep { exists $installed{ $_->{name} } } @functions)
{
	my ($name, %given) = ($row->{name}, map { ($_ => 1) } @{ $row->{arguments} });
	my @forms = grep { $row->{procedure} == $_->{procedure} } @{ $installed{$name} };
	my @same = $row->{open}
		? grep { my %has = map { ($_ => 1) } @{ $_->{arguments} }; !grep { !$has{$_} } keys %given } @forms
		: grep { sorted(@{ $_->{arguments} }) eq sorted(keys %given) } @forms;
	ok(@same > 0, "$row->{page}: $name(" . join(', ', @{ $row->{arguments} }, $row->{open} ? '...' : ()) . ') has these arguments')
		or diag('it has: ' . join(' | ', map { join(', ', @{ $_->{arguments} }) } @forms));
	ok(!$row->{open} || $arguments{$name}, "$row->{page}: the arguments of $name are in a table");
}
# a longer form covers the shorter ones
foreach my $name (sort grep { $described{$_} } keys %installed)
{
	my @rows = grep { $_->{name} eq $name } @functions;
	my @missing = grep {
		my $form = $_;
		!grep { my %has = map { ($_ => 1) } @{ $_->{arguments} }, $_->{open} ? @{ $arguments{$name} // [] } : (); !grep { !$has{$_} } @{ $form->{arguments} } } @rows
	} @{ $installed{$name} };
	is(join(' | ', map { join(', ', @{ $_->{arguments} }) } @missing), '', "every form of $name has a row");
}
foreach my $name (sort keys %arguments)
{
	is(sorted(@{ $arguments{$name} }), sorted(unique(map { @{ $_->{arguments} } } @{ $installed{$name} // [] })), "the table of arguments of $name is complete");
}

# ---- results ----

# what assign returns of each algorithm is what publish writes, which the tables "published by" name
my %written = map { ($_ => 1) } map { split / / } map { @$_ } values %published;

foreach my $name (sort grep { exists $columns{$_} } keys %described)
{
	my ($page) = map { $_->{page} } grep { $_->{name} eq $name } @functions;
	my %named = map { ($_ => 1) } $code{$page} =~ /\w+/g;
	is(sorted(grep { !$named{$_} && !($name eq 'assign' && $written{$_}) } unique(@{ $columns{$name} })), '', "$page names every column of $name");
}
foreach my $name (sort keys %result_columns)
{
	is(sorted(unique(@{ $result_columns{$name} })), sorted(unique(@{ $columns{$name} // [] })), "the table of columns of $name is complete");
}

# ---- options ----

my %catalog = (create_model => [ query(q{
	SELECT option_name, min(type), CASE WHEN count(DISTINCT default_value) = 1 THEN min(default_value #>> '{}') END, min(value_range)
	FROM segment.algorithm_option WHERE used_in <> 'fit' GROUP BY option_name}) ]);
foreach my $algorithm (map { /^(\w+)_fit$/ ? $1 : () } keys %installed)
{
	my @rows = query("SELECT option_name, type, default_value #>> '{}', value_range FROM segment_internal.fit_options('$algorithm')");
	$catalog{"${algorithm}_fit"} = \@rows if @rows;
}
is(sorted(keys %options), sorted(keys %catalog), 'there is a table of options for each fit and for create_model');
foreach my $function (sort keys %catalog)
{
	my %row = map { ($_->[0] =~ tr/`//dr => [ map { tr/`//dr } @$_ ]) } @{ $options{$function} // [] };
	is(sorted(keys %row), sorted(map { $_->[0] } @{ $catalog{$function} }), "the table of options of $function is complete");
	foreach my $option (grep { $row{ $_->[0] } } @{ $catalog{$function} })
	{
		my ($name, $type, $default, $range) = @$option;
		my $row = $row{$name};
		is($row->[1], $type, "the type of the option $name of $function");
		is($row->[2], $default, "its default") if $default ne '';
		is($row->[3] =~ s/^any bigint$/-9223372036854775808 to 9223372036854775807/r, $range, "its range") if $range ne '';
	}
}

# ---- columns that publish writes ----

foreach my $algorithm (map { $_->[0] } query(q{SELECT algorithm FROM segment.algorithm WHERE output_shape = 'row per id' ORDER BY 1}))
{
	my @have = map {
		sorted(map { $_->[0] } query("SELECT column_name FROM segment.algorithm_column WHERE algorithm = '$algorithm' AND role $_"))
	} "NOT IN ('figure', 'old label')", "= 'figure'", "= 'old label'";
	is(join(' | ', @{ delete $published{$algorithm} // [] }), join(' | ', @have), "the columns that publish writes for $algorithm");
}
is(sorted(keys %published), '', 'every algorithm that is published exists');

# ---- views ----

my %view = map { ($_->[0] => 1) } query(q{SELECT relname FROM pg_class WHERE relnamespace = 'segment'::regnamespace AND relkind = 'v'});
is(sorted(@views), sorted(keys %view), 'every view has a row, and every row a view');
my %table = map { ($_->[0] => 1) } query(q{
	SELECT relname FROM pg_class
	WHERE relnamespace = 'segment'::regnamespace AND relkind = 'r' AND has_table_privilege('pg_monitor', oid, 'SELECT')});
is(sorted(keys %view_columns), sorted(keys %view, keys %table), 'every view, and every table that all may read, has a table of columns');
foreach my $name (sort keys %view, keys %table)
{
	my @have = map { "$_->[0] $_->[1]" } query(qq{
		SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = 'segment.$name'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum});
	is(join("\n", @{ $view_columns{$name} // [] }), join("\n", @have), "the columns of $name, in order and with types");
}

# ---- settings ----

# a call of a function in C loads the library, and so the settings
my %set = map { @$_ } grep { @$_ == 2 }
	query(q{SELECT segment.cohort_label('2020-01-01'); SELECT name, current_setting(name) FROM pg_settings WHERE name LIKE 'segment.%'});
is(sorted(keys %settings), sorted(keys %set), 'every setting has a row, and every row a setting');
is($settings{$_} =~ tr/ //dr, $set{$_}, "the default of $_") foreach sort grep { exists $set{$_} } keys %settings;

done_testing();
