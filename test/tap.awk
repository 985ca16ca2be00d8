# Sum up what `prove --verbose --timer` printed, a line for each file; the last
# line is "passed failed skipped". A file that broke off counts as one failure.

function close_file() {
    if (file == "")
        return
    if (skipped_file)
        skipped++
    else if (bad || broken) {
        printf "FAILED  tap: %s (%d of %d)\n", file, bad, good + bad
        failed += bad ? bad : 1
    } else
        printf "ok      tap: %s (%d)\n", file, good
    passed += good
    good = bad = broken = skipped_file = 0
}

/^\[[0-9:]+\] t\// { close_file(); file = $2; sub(/^t\//, "", file); sub(/\.pl$/, "", file) }
/^\[[0-9:]+\] t\/.* skipped: / { skipped_file = 1; sub(/.* skipped: /, ""); printf "skipped tap: %s: %s\n", file, $0 }
/^skipped: / { skipped_file = 1; printf "skipped tap: %s: %s\n", file, substr($0, 10) }
/^ok [0-9]/ { if ($0 ~ /# *[Ss][Kk][Ii][Pp]/) skipped++; else good++ }
/^not ok [0-9]/ { if ($0 ~ /# *TODO/) good++; else bad++ }
/^(Dubious|No subtests run|Parse errors)/ { broken = 1 }
/^Test Summary Report/ { close_file(); file = "" }
END { close_file(); print passed + 0, failed + 0, skipped + 0 }
