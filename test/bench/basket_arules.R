# Usage: Rscript basket_arules.R FILE SUPPORT CONFIDENCE.  For basket.sh: CPU seconds and what they are for.
suppressMessages(library(arules))
arguments <- commandArgs(TRUE)
cpu <- function(expression) sum(system.time(expression)[c("user.self", "sys.self")])
reading <- cpu(baskets <- read.transactions(arguments[1], format = "single", sep = ",", cols = c(1, 2)))
mining <- cpu(rules <- apriori(baskets, list(supp = as.numeric(arguments[2]), conf = as.numeric(arguments[3]), minlen = 2, maxlen = 4, maxtime = 0),
                               control = list(verbose = FALSE)))
cat(reading, "read.transactions from CSV\n")
cat(mining, "apriori in memory,", length(rules), "rules\n")
