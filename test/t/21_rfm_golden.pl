# The golden RFM model in a server: its scores, and the same bytes from the same rows.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rfm_golden');
$node->init;
$node->start;
sub rows { return $node->safe_psql('postgres', $_[0]); }

rows('CREATE EXTENSION segment');

# Made by: SELECT segment.rfm_fit(days, orders, spent) over the rows below.
my $golden = 'data/rfm_v1.segm';
open(my $in, '<:raw', $golden) or die "$golden: $!";
my $hex = do { local $/; unpack('H*', <$in>) };
is(rows("SELECT segment.rfm_score(model, 12, 3, 80.5), segment.rfm_score(model, 99, 1, 0), segment.rfm_score(model, 0, 7, 252),
                (segment.model_info(model)).format_version
         FROM (SELECT '\\x$hex'::bytea AS model) m"),
	'522|111|555|1', 'a model of version 1 is read and gives the same scores');
is(rows("SELECT segment.rfm_fit(days, orders, spent) = '\\x$hex'::bytea
         FROM (SELECT (i * 37) % 101 AS days, 1 + (i * 13) % 7 AS orders, ((i * 7919) % 1009) / 4.0 AS spent
               FROM generate_series(1, 200) i) s"),
	't', 'the same rows give the same bytes');

$node->stop;
done_testing();
