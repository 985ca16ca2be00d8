#!/usr/bin/env bash
# The plans of the view of receipts for DOCUMENTS= (1,000,000) billing documents, immediately after
# their import, with four shares of cancelled documents; see test/sql/sap_receipts_plan.sql.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
trap scratch_remove EXIT
scratch_make
scratch_start
psql -X -q -c 'CREATE EXTENSION segment'
psql -X -v ON_ERROR_STOP=1 -v documents="${DOCUMENTS:-1000000}" -f "$TOP/test/sql/sap_receipts_plan.sql" |
    grep -vE '^(SET|CREATE|DROP|ALTER|ANALYZE|RESET)'
