# glm.fit of rows from a file of doubles: n x (d + 1), the label first, row by row.
#
#   Rscript logit_peer.R FILE N D
a <- commandArgs(TRUE)
n <- as.integer(a[2]); d <- as.integer(a[3])
m <- matrix(readBin(a[1], "double", n * (d + 1)), n, d + 1, byrow = TRUE)
x <- cbind(1, m[, -1]); y <- m[, 1]
t <- system.time(f <- glm.fit(x, y, family = binomial()))
cat(sprintf("glm.fit %.4f %.9f\n", t[1] + t[2], -f$deviance / 2))
