#!/usr/bin/env bash
# The report of the generated shop, on a throw-away server: what `make report` runs.
#
#   REPORT_LANGUAGE=    en, es or de (en)
#   OUTPUT=             where it goes (build/report.html); a PDF beside it where Chromium is installed
#   CUSTOMERS=          how many (4000), MONTHS= over how many (24), SEED= which shop (42)
set -euo pipefail
. "$(dirname "$0")/scratch.sh"
cd "$TOP"
output=${OUTPUT:-build/report.html}
trap scratch_remove EXIT
trap 'exit 130' INT TERM HUP

echo "Building, and starting a temporary server ..."
scratch_make
scratch_start
make -s -f test/unit.mk top=. generator >/dev/null
build/sap_export "$SCRATCH/exports" customers="${CUSTOMERS:-4000}" months="${MONTHS:-24}" seed="${SEED:-42}" damaged=3
chmod -R a+rX "$SCRATCH/exports"
createdb shop
export PGDATABASE=shop
for step in 1-import 2-rfm 6-registry; do
    (cd "$SCRATCH/exports" && psql -X -q -v ON_ERROR_STOP=1 -v exports="$SCRATCH/exports" -f "$TOP/test/demo/pretty.psql" -f "$TOP/test/demo/$step.sql" >"$SCRATCH/step.log")
done
mkdir -p "$(dirname "$output")"
psql -X -Atq -v ON_ERROR_STOP=1 -v language="${REPORT_LANGUAGE:-en}" >"$output" <<'SQL'
SELECT segment.report('{shop_groups,shop_map,shop_odd}', 'receipts', '2025-12-31', :'language', rates => 'rates', target => 'customer_status');
SQL
echo "$output: $(wc -c <"$output") bytes"
if chromium=$(command -v chromium); then
    pdf=${output%.html}.pdf
    # Chromium writes to its home
    HOME=$SCRATCH "$chromium" --headless --no-sandbox --disable-gpu --no-pdf-header-footer --print-to-pdf="$(realpath -m "$pdf")" "file://$(realpath "$output")" >"$SCRATCH/step.log" 2>&1
    echo "$pdf: $(wc -c <"$pdf") bytes"
else
    echo "No PDF: Chromium is not installed."
fi
