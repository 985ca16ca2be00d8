# Cohorts of public data, compared with independently computed figures.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

# "cohort: active active ..." for each cohort
sub triangle
{
	my ($receipts, $as_of, $where) = @_;
	return rows("SELECT string_agg(format('%s: %s', cohort, active), E'\\n' ORDER BY cohort)
		FROM (SELECT cohort, string_agg(active::text, ' ' ORDER BY period) AS active
		      FROM segment.cohort_retention('$receipts', '$as_of') WHERE $where GROUP BY cohort) s");
}

Shop::load_cdnow($node);
is(triangle('cdnow_receipts', '1998-06-30', 'true'), join("\n",
	'1997-01: 7846 1157 964 810 679 736 720 582 559 594 673 634 528 511 664 472 497 498',
	'1997-02: 8476 1312 980 783 847 786 626 619 666 721 661 545 568 718 545 548 551',
	'1997-03: 7248 1032 752 756 674 564 561 579 634 569 464 472 678 420 443 457'), 'CDNOW: the cohorts by month');
is(rows(<<'SQL'), '23570|2500315.63|51|51', 'CDNOW: customers, revenue, complete months');
SELECT sum(customers) FILTER (WHERE period = 0), sum(revenue), count(*), count(*) FILTER (WHERE is_complete)
FROM segment.cohort_retention('cdnow_receipts', '1998-06-30') WHERE cohort < '1998'
SQL
# one day earlier the last month is not complete
is(rows(<<'SQL'), '3|0|3', 'CDNOW: an incomplete month has no figures');
SELECT count(*) FILTER (WHERE NOT is_complete),
       count(*) FILTER (WHERE NOT is_complete AND NOT (active, retention, lost, revenue, average_receipt) IS NULL),
       count(*) FILTER (WHERE NOT is_complete AND customers > 7000)
FROM segment.cohort_retention('cdnow_receipts', '1998-06-29')
SQL
# by quarter, compared with counts of the lines
is(rows(<<'SQL'), '6|6', 'CDNOW: quarters agree with the lines');
SELECT count(*), count(*) FILTER (WHERE s.active = h.active AND s.revenue = h.revenue)
FROM segment.cohort_retention('cdnow_receipts', '1998-06-30', 'quarter') s
LEFT JOIN (SELECT to_char(receipt_date, 'YYYY-"Q"Q') AS quarter, count(DISTINCT customer_id) AS active, sum(amount) AS revenue
           FROM cdnow GROUP BY 1) h ON h.quarter = segment.cohort_label('1997-01-01'::date + s.period * interval '3 months', 'quarter')
SQL

Shop::load_retail($node);
is(triangle('retail_receipts', '2011-05-31', 'is_complete'), join("\n",
	'2010-12: 885 324 286 340 321 352', '2011-01: 417 92 111 96 134', '2011-02: 380 71 71 108',
	'2011-03: 452 68 114', '2011-04: 300 64', '2011-05: 284'), 'Online Retail: the cohorts by month');
is(rows(<<'SQL'), '3332591.96|7409', 'Online Retail: revenue and receipts add up');
SELECT sum(revenue)::numeric(12, 2), round(sum(revenue / average_receipt))
FROM segment.cohort_retention('retail_receipts', '2011-05-31')
SQL
is(rows(<<'SQL'), '0', 'Online Retail, net of returns: retention is within 0 .. 1, and active + lost = customers');
SELECT count(*) FROM segment.cohort_retention('retail_net', '2011-05-31', 'week')
WHERE retention < 0 OR retention > 1 OR active + lost <> customers
SQL

done_testing();
