# All that knows no PostgreSQL, without a server: unit tests (gcc, ASan, UBSan), fuzz targets
# (clang, libFuzzer) and their replay; the generator of SAP-shaped exports.
# Called by the Makefile with top=.

build = build
CORE = $(filter-out $(top)/src/server/% %_pg.c,$(sort $(wildcard $(top)/src/*/*.c)))
HEADERS = $(wildcard $(top)/src/*.h $(top)/src/*/*.h $(top)/test/unit/*.h $(top)/test/fuzz/*.h)
TESTS = $(patsubst $(top)/test/unit/%.c,$(build)/unit/%,$(sort $(wildcard $(top)/test/unit/test_*.c)))
FUZZERS = $(patsubst $(top)/test/fuzz/%.c,%,$(sort $(wildcard $(top)/test/fuzz/fuzz_*.c)))

WARNINGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
COMMON = -std=gnu11 -g -DSEG_STANDALONE -DSEG_TOP='"$(abspath $(top))"' -I$(top)/src -ffp-contract=off -fno-omit-frame-pointer $(WARNINGS)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
LIBS = -llapacke -llapack -lblas -lm

objs = $(patsubst $(top)/%.c,$(build)/$(1)/%.o,$(CORE))

.PHONY: unit fuzz replay unit-clean unit-programs
unit: unit-programs
	@for t in $(TESTS); do ./$$t || exit 1; done
unit-programs: $(TESTS)

$(build)/san/%.o: $(top)/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O1 $(SANITIZE) -c $< -o $@

$(build)/unit/%: $(top)/test/unit/%.c $(call objs,san) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O1 $(SANITIZE) $< $(call objs,san) -lcmocka $(LIBS) -o $@

replay: $(patsubst %,$(build)/replay/%,$(FUZZERS))

$(build)/replay/%: $(top)/test/fuzz/%.c $(top)/test/fuzz/replay.c $(call objs,san) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O1 $(SANITIZE) $< $(top)/test/fuzz/replay.c $(call objs,san) $(LIBS) -o $@

fuzz: $(patsubst %,$(build)/fuzz/%,$(FUZZERS))

$(build)/fuzzobj/%.o: $(top)/%.c $(HEADERS)
	@mkdir -p $(@D)
	clang $(COMMON) -O1 $(SANITIZE) -fsanitize=fuzzer-no-link -c $< -o $@

$(build)/fuzz/%: $(top)/test/fuzz/%.c $(call objs,fuzzobj) $(HEADERS)
	@mkdir -p $(@D)
	clang $(COMMON) -O1 $(SANITIZE) -fsanitize=fuzzer $< $(call objs,fuzzobj) $(LIBS) -o $@

# sap_export DIR [customers=N] [months=N] [seed=N] [damaged=N]
GENERATOR = $(sort $(wildcard $(top)/test/generator/*.c))

.PHONY: generator
generator: $(build)/sap_export

$(build)/sap_export: $(GENERATOR) $(wildcard $(top)/test/generator/*.h) $(top)/src/base/rng.h
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O2 $(GENERATOR) -o $@

unit-clean:
	rm -rf $(build)
.SECONDARY:
