# ijwd: one Makefile, not recursive.  `make help` lists the targets.
#
# SAN=address or SAN=thread builds a second tree beside the plain one.

VERSION := 0.1.0
SAN     ?=
B       := build$(if $(SAN),-$(SAN))
CC      ?= gcc
PREFIX  ?= /usr/local
DESTDIR ?=

MODULES := libxml-2.0 libzmq openssl sqlite3 libcyaml jansson libsystemd libzstd
# Debian packages that building, the demo and the tests need.
DEPS_BUILD := gcc make pkg-config libc6-dev libxml2-dev libzmq3-dev libssl-dev libsqlite3-dev \
	libcyaml-dev libyaml-dev libjansson-dev libsystemd-dev libzstd-dev libcairo2-dev \
	libmicrohttpd-dev libgnutls28-dev libcurl4-gnutls-dev libcrypt-dev zlib1g-dev \
	python3 openssl
DEPS_TEST  := libcunit1-dev libxml2-utils python3-zmq stunnel4 systemd bash prometheus

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wwrite-strings -Wpointer-arith
WERROR ?= -Werror
comma := ,
OPT := $(if $(SAN),-O1 -fno-omit-frame-pointer -fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined),-O2 -D_FORTIFY_SOURCE=2)
CFLAGS  ?= -g
IJW_CFLAGS = -std=gnu11 $(OPT) $(CFLAGS) $(WARN) $(WERROR) -fPIC -fstack-protector-strong -pthread \
	-Idaemon -D_GNU_SOURCE -DIJWD_VERSION='"$(VERSION)"' \
	-DIJWD_DATADIR='"$(PREFIX)/share/ijwd"' $(PKG_CFLAGS)
IJW_LDFLAGS = $(LDFLAGS) -pie -Wl,-z,relro,-z,now -pthread $(if $(SAN),-fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined))
# Asked at first use, and once: the packages may come later than this line.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(MODULES)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(MODULES)))$(PKG_LIBS)
# Pictures are ijwctl's alone: the hub does without.
CAIRO_CFLAGS = $(eval CAIRO_CFLAGS := $(shell pkg-config --cflags cairo fontconfig))$(CAIRO_CFLAGS)
CAIRO_LIBS   = $(eval CAIRO_LIBS := $(shell pkg-config --libs cairo fontconfig))$(CAIRO_LIBS)
# HTTP and passwords are the dashboard's alone.
DASH_LIBS   = $(eval DASH_LIBS := $(shell pkg-config --libs libmicrohttpd gnutls zlib libcrypt libcurl))$(DASH_LIBS)
CUNIT_LIBS = -lcunit

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

layer = $(patsubst %.c,$B/%.o,$(wildcard $1/*.c))
OBJ_base   := $(call layer,daemon/base)
OBJ_store  := $(call layer,daemon/store) $B/daemon/store/migrations.o
OBJ_care   := $(call layer,daemon/care)
OBJ_wire   := $(call layer,daemon/wire)
OBJ_ctl    := $(call layer,daemon/ctl)
OBJ_region := $(call layer,daemon/region)
OBJ_dash   := $(call layer,adapters/dashboard) $B/adapters/dashboard/openapi_yaml.o
OBJ_hub    := $B/daemon/main.o $B/daemon/config.o
OBJ_client := $(call layer,adapters/client) $B/daemon/wire/protocol.o $B/daemon/base/buf.o
LAYERS     := $B/lib/wire.a $B/lib/care.a $B/lib/store.a $B/lib/base.a

PROGRAMS := $B/ijwd $B/ijwctl $B/ijw-filedrop $B/ijw-dashboard
LIBIJW   := $B/libijw.a $B/libijw.so.0
EXAMPLES := $(patsubst adapters/client/examples/%.c,$B/examples/%,$(wildcard adapters/client/examples/*.c))
UNIT     := $(patsubst tests/unit/%.c,$B/tests/unit/%,$(wildcard tests/unit/*/*_test.c))
SCENARIO := $(patsubst tests/scenario/%.c,$B/tests/scenario/%,$(wildcard tests/scenario/*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,$B/tests/fuzz/%.o,$(wildcard tests/fuzz/*.c))
TESTLIB  := $(call layer,tests/lib)
TOOLS    := $(patsubst tests/tools/%.c,$B/tests/tools/%,$(wildcard tests/tools/*.c))

all: $(PROGRAMS) $(LIBIJW) $B/libijw.pc $(EXAMPLES) $B/ijwd.catalog $B/ijwctl.completion
# Fuzz targets are built always, so that they do not rot; `make fuzz` runs them.
tests-build: all $(UNIT) $(SCENARIO) $(TOOLS) $(FUZZ)

# V=1 shows the commands.
Q := $(if $(V),,@)

$B/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  cc    $<")
	$Q$(CC) $(IJW_CFLAGS) -MMD -MP -c -o $@ $<
$B/%.o: $B/%.c
	$Q$(CC) $(IJW_CFLAGS) -c -o $@ $<

# Migrations are embedded in the order of their numbers.
$B/daemon/store/migrations.c: $(wildcard daemon/store/sql/*.sql) daemon/store/embed.sh
	@mkdir -p $(@D)
	$Qsh daemon/store/embed.sh daemon/store/sql/*.sql > $@

$B/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$Qar rcs $@ $^
$B/lib/base.a: $(OBJ_base)
$B/lib/store.a: $(OBJ_store)
$B/lib/care.a: $(OBJ_care)
$B/lib/wire.a: $(OBJ_wire)
$B/lib/client.a: $(OBJ_client)
$B/lib/region.a: $(OBJ_region)
$B/lib/ctl.a: $(filter-out %/main.o,$(OBJ_ctl))
$B/lib/dashboard.a: $(filter-out %/main.o,$(OBJ_dash))
$B/lib/test.a: $(TESTLIB)

link = $(if $(V),,@echo '  link  $@';) $(CC) $(IJW_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -lm $1

$B/ijwd: $(OBJ_hub) $(LAYERS)
	$(call link,-lm)
$B/ijwctl: $(OBJ_ctl) $B/daemon/config.o $B/lib/region.a $(LAYERS)
	$(call link,$(CAIRO_LIBS) -lm)
$B/daemon/ctl/tekening.o: IJW_CFLAGS += $(CAIRO_CFLAGS)
$B/ijw-filedrop: $(call layer,adapters/filedrop) $B/lib/client.a $B/lib/base.a
	$(call link,-lm)
# The description of the API travels inside the program.
$B/adapters/dashboard/openapi_yaml.c: adapters/dashboard/openapi.yaml
	@mkdir -p $(@D)
	$Q{ echo '#include <stddef.h>'; echo 'extern const char openapi_yaml[]; extern const size_t openapi_yaml_size;'; \
		echo 'const char openapi_yaml[] ='; sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; \
		echo '; const size_t openapi_yaml_size = sizeof openapi_yaml - 1;'; } > $@
$B/ijw-dashboard: $B/adapters/dashboard/main.o $B/lib/dashboard.a $B/daemon/config.o $B/lib/care.a $B/lib/store.a $B/lib/base.a
	$(call link,$(DASH_LIBS) -lm)

$B/libijw.a: $(OBJ_client)
	@rm -f $@
	$Qar rcs $@ $^
$B/libijw.so.0: $(OBJ_client) adapters/client/libijw.map
	$Q$(CC) $(filter-out -pie,$(IJW_LDFLAGS)) -shared -Wl,-soname,libijw.so.0 \
		-Wl,--version-script=adapters/client/libijw.map -o $@ $(OBJ_client) \
		$$(pkg-config --libs openssl)
	$Qln -sf libijw.so.0 $B/libijw.so
# What holds the prefix is made anew when it changes.
$B/prefix: FORCE
	@mkdir -p $B
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@
$B/daemon/ctl/validate.o $B/daemon/ctl/simulate.o $B/adapters/dashboard/settings.o: $B/prefix
FORCE:
$B/libijw.pc: adapters/client/libijw.pc.in $B/prefix
	$Qsed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' $< > $@
$B/examples/%: $B/adapters/client/examples/%.o $B/libijw.a
	@mkdir -p $(@D)
	$Q$(CC) $(IJW_LDFLAGS) -o $@ $^ $$(pkg-config --libs openssl)

$B/tests/unit/%: $B/tests/unit/%.o $B/daemon/config.o $B/lib/test.a $B/lib/client.a $B/lib/region.a $(LAYERS) | $(PROGRAMS)
	@mkdir -p $(@D)
	$(call link,$(CUNIT_LIBS) -lm)
$B/tests/unit/ctl/%: $B/tests/unit/ctl/%.o $B/daemon/config.o $B/lib/ctl.a $B/lib/test.a $B/lib/region.a $(LAYERS)
	@mkdir -p $(@D)
	$(call link,$(CAIRO_LIBS) $(CUNIT_LIBS) -lm)
$B/tests/unit/dashboard/%: $B/tests/unit/dashboard/%.o $B/lib/dashboard.a $B/daemon/config.o $B/lib/test.a $B/lib/care.a $B/lib/store.a $B/lib/base.a
	@mkdir -p $(@D)
	$(call link,$(DASH_LIBS) $(CUNIT_LIBS) -lm)
$B/tests/scenario/%: $B/tests/scenario/%.o $B/lib/test.a $B/lib/client.a $(LAYERS) | $(PROGRAMS)
	@mkdir -p $(@D)
	$(call link,$(CUNIT_LIBS) -lm)
$B/tests/tools/%: $B/tests/tools/%.o $B/lib/test.a $B/lib/client.a $B/lib/region.a $(LAYERS)
	@mkdir -p $(@D)
	$(call link,$(CUNIT_LIBS) -lm)

# ---- what people type ----

help:
	@echo "ijwd $(VERSION).  Targets:"
	@echo "  make demo          a municipality and two providers exchange messages, told as it happens;"
	@echo "                     KEEP=1 ends with the administrator's page open"
	@echo "  make demo-shell    the same set-up, to play with"
	@echo "  make check         build and run every test (about ten minutes); ends with N passed, N failed"
	@echo "  make check-fast    the plain build's tests only"
	@echo "  make bench         messages per second and latency; the checker next to libxml2 alone"
	@echo "  make bench-growth  what a message costs in a store that holds up to ROWS=n messages"
	@echo "  make bench-pages   how fast the pages are over PAGE_MESSAGES=n messages, and what reports cost receipts"
	@echo "  make bench-einden  open ends: of ten million episodes, and of one client after a message"
	@echo "  make stream        messages that keep every rule: nothing may be found; MESSAGES=n, SEED=n"
	@echo "  make eval-flows    open ends and flows of simulated regions against the truth; MIXES, SEEDS, CLIENTS"
	@echo "  make torture       kill -9 at random moments; ROUNDS=n, SEED=n"
	@echo "  make fuzz          each fuzz target for SECONDS=n (needs clang)"
	@echo "  make coverage      lines of daemon/ and adapters/ that the tests reach"
	@echo "  make browser       the dashboard's page in a real browser, screenshots in build/screenshots"
	@echo "  make all           the programs and the library, in build/"
	@echo "  make page          the dashboard's page, in build/page (needs npm)"
	@echo "  make install       into PREFIX (default /usr/local), DESTDIR for packagers"
	@echo "  make deb           Debian packages, in build/deb; make check-deb: installs them in a fresh Debian"
	@echo "  make fmt           clang-format; make tidy: clang-tidy"
	@echo "  make schemas       write the schemas anew from their tables"
	@echo "  make clean"
	@echo "Variables: SAN=address|thread, V=1, WERROR= (warnings are no errors)"

deps-build:
	@sh .ci/deps $(DEPS_BUILD)
deps-test: deps-build
	@sh .ci/deps $(DEPS_TEST)

JOBS := $(shell nproc)
# Built in a second make, so that pkg-config is asked after the packages came.
demo: deps-build
	@$(MAKE) --no-print-directory -s -j$(JOBS) all page
	@sh tests/demo/demo.sh $B
demo-shell: deps-build
	@$(MAKE) --no-print-directory -s -j$(JOBS) all
	@sh tests/demo/demo.sh $B --shell

SUPPRESS := suppressions=$(CURDIR)/tests/tsan.supp
THREADED  = $(patsubst %,build-thread/tests/%,unit/base/base_test unit/base/keyring_test unit/wire/edge_test unit/wire/watch_test unit/client/client_test \
	scenario/10-the-story-travels scenario/40-delivery scenario/60-reload scenario/80-orderly-stop scenario/110-releases scenario/130-open-ends scenario/150-dashboard scenario/140-audit-and-keys)

check: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) tests-build
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=address tests-build
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=thread tests-build
	@$(MAKE) --no-print-directory page deps-browser
	@$(MAKE) --no-print-directory run-check

# The sanitized programs drive the sanitized hub; what measures kill -9 uses the plain one.
run-check:
	@TSAN_OPTIONS="$(SUPPRESS) halt_on_error=0 exitcode=66" sh tests/run.sh \
		--check "layers" "sh tests/check-layers.sh" \
		--check "units, events, completion" "sh tests/check-units.sh build" \
		--check "metrics" "sh tests/prometheus.sh build" \
		--check "documents agree with the code" "sh tests/check-docs.sh build" \
		--check "schemas agree with their tables" "python3 schemas/generate.py --check" \
		--check "the dashboard's page in a browser" "node tests/browser/page.mjs --fast build/page" \
		$(patsubst build/%,build-address/%,$(UNIT) $(SCENARIO)) \
		$(THREADED) \
		--check "nothing is found where nothing is wrong" "build/tests/tools/stream 5000" \
		--check "kill -9, 25 rounds" "build/tests/tools/torture 25"

check-fast: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) tests-build
	@sh tests/run.sh --check "layers" "sh tests/check-layers.sh" $(UNIT) $(SCENARIO)

# ---- the dashboard's page ----

# npm_ci FOLDER,NAME: what FOLDER's lock file names, in build/npm/NAME; nothing when it is there.
npm_ci = command -v npm >/dev/null || sh .ci/deps nodejs npm || exit 1; \
	cmp -s $1/package-lock.json build/npm/$2/done || { \
	mkdir -p build/npm/$2 && cp $1/package.json $1/package-lock.json build/npm/$2/ && \
	(cd build/npm/$2 && npm ci --ignore-scripts --no-audit --no-fund --silent) && \
	cp $1/package-lock.json build/npm/$2/done; } || exit 1
page: build/page/index.html
build/page/index.html: $(wildcard adapters/dashboard/page/*)
	@$(call npm_ci,adapters/dashboard/page,page)
	@node adapters/dashboard/page/vendor.mjs build/npm/page/node_modules build/page
deps-browser:
	@command -v chromium >/dev/null || sh .ci/deps chromium
	@$(call npm_ci,tests/browser,browser)
browser: deps-build deps-browser
	@$(MAKE) --no-print-directory -s -j$(JOBS) all page
	@sh tests/run.sh --check "the page, with made-up data" "node tests/browser/page.mjs build/page" \
		--check "the page, with a real hub" "sh tests/browser/real.sh build"

ROUNDS ?= 100
SEED   ?=
torture: deps-test
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build
	@$B/tests/tools/torture $(ROUNDS) $(SEED)

MESSAGES ?= 20000
bench: deps-test
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build
	@$B/tests/tools/bench $(MESSAGES)
	@echo
	@$B/tests/tools/bench_check

ROWS ?= 1000000
bench-growth: deps-test
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build
	@$B/tests/tools/growth $(ROWS)

bench-einden: deps-test
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build
	@$B/tests/tools/bench_einden

# The page and its reports over a store of PAGE_MESSAGES messages (a million take some minutes to make).
PAGE_MESSAGES ?= 1000000
bench-pages: deps-test
	@sh .ci/deps curl
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build page
	@sh tests/tools/bench_pages.sh $B $(PAGE_MESSAGES)

stream: MESSAGES = 100000
stream: deps-test
	@$(MAKE) --no-print-directory -s -j$(JOBS) tests-build
	@$B/tests/tools/stream $(MESSAGES) $(SEED)

MIXES ?= zoals-2020 ernstig
SEEDS ?= 101 102
CLIENTS ?= 8000
eval-flows: deps-build
	@$(MAKE) --no-print-directory -s -j$(JOBS) all
	@sh tests/region/eval.sh $B "$(MIXES)" "$(SEEDS)" $(CLIENTS)

SECONDS ?= 30
fuzz: deps-test
	@sh .ci/deps clang libclang-rt-14-dev
	@$(MAKE) --no-print-directory run-fuzz
FUZZ_CC := clang -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu11 -Idaemon -D_GNU_SOURCE \
	-DIJWD_VERSION='"$(VERSION)"' -DIJWD_DATADIR='"/usr/share/ijwd"'
FUZZ_client := $(wildcard adapters/client/*.c) daemon/base/buf.c daemon/wire/protocol.c
FUZZ_daemon := $(wildcard daemon/base/*.c daemon/care/*.c daemon/store/*.c) daemon/wire/zmtp.c daemon/wire/protocol.c
run-fuzz: $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
	@for f in $^; do n=$${f##*/fuzz_}; mkdir -p build/corpus/$$n; \
		$$f -max_total_time=$(SECONDS) build/corpus/$$n tests/fuzz/corpus/$$n || exit 1; done
build/fuzz/%: tests/fuzz/%.c $(OBJ_store)
	@mkdir -p $(@D)
	$Q$(FUZZ_CC) $(PKG_CFLAGS) -o $@ $< \
		$(if $(findstring client,$*)$(findstring journal,$*),$(FUZZ_client),$(FUZZ_daemon) build/daemon/store/migrations.c) $(PKG_LIBS)

coverage: deps-test
	@sh .ci/deps gcovr
	@$(MAKE) --no-print-directory -s -j$(JOBS) B=build-coverage CFLAGS="-g --coverage" WERROR= OPT=-O0 tests-build
	@sh tests/run.sh $(patsubst build/%,build-coverage/%,$(UNIT) $(SCENARIO)) | tail -1
	@gcovr -r . --object-directory build-coverage -f 'daemon/' -f 'adapters/' --print-summary | tail -60

fmt:
	clang-format -i $$(git ls-files '*.c' '*.h')
tidy:
	clang-tidy $$(git ls-files 'daemon/*.c' 'adapters/*.c') -- -Idaemon -D_GNU_SOURCE -DIJWD_VERSION='"$(VERSION)"' $(PKG_CFLAGS)
schemas:
	python3 schemas/generate.py

# LIBDIR and UNITDIR are for packagers, whose systems have other places for them.
LIBDIR  ?= $(PREFIX)/lib
UNITDIR ?= $(PREFIX)/lib/systemd/system
UNITS   := ijwd.service ijwd.socket ijw-dashboard.service ijw-filedrop@.service
D        = $(DESTDIR)$(PREFIX)
# Settings and units name the place where programs and schemas lie.
placed   = sed 's|/usr/local|$(PREFIX)|g' $1 > $2
install: all page
	install -d $(addprefix $D/,bin sbin include share/man/man1 share/man/man3 share/man/man5 share/man/man8 \
		share/ijwd/schemas/ijw-3.2 share/ijwd/region share/ijwd/monitoring share/doc/ijwd \
		share/bash-completion/completions lib/systemd/catalog lib/sysusers.d lib/tmpfiles.d) \
		$(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(UNITDIR)
	install -m 755 $B/ijwd $B/ijw-dashboard $D/sbin/
	install -m 755 $B/ijwctl $B/ijw-filedrop $D/bin/
	install -m 644 adapters/client/ijw.h $D/include/
	install -m 644 $B/libijw.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $B/libijw.so.0 $(DESTDIR)$(LIBDIR)/
	ln -sf libijw.so.0 $(DESTDIR)$(LIBDIR)/libijw.so
	sed 's|^libdir=.*|libdir=$(LIBDIR)|' $B/libijw.pc > $(DESTDIR)$(LIBDIR)/pkgconfig/libijw.pc
	for s in 1 3 5 8; do install -m 644 docs/man/*.$$s $D/share/man/man$$s/; done
	install -m 644 schemas/ijw-3.2/*.xsd schemas/ijw-3.2/*.tsv schemas/ijw-3.2/*.yaml schemas/ijw-3.2/*.md \
		$D/share/ijwd/schemas/ijw-3.2/
	install -m 644 tests/region/*.tsv $D/share/ijwd/region/
	install -m 644 adapters/dashboard/monitoring/* $D/share/ijwd/monitoring/
	rm -rf $D/share/ijwd/dashboard
	cp -r build/page $D/share/ijwd/dashboard
	chmod -R u=rwX,go=rX $D/share/ijwd/dashboard
	install -m 644 LICENSE README.md docs/*.md config/*.conf $D/share/doc/ijwd/
	for f in config/*.yaml; do $(call placed,$$f,$D/share/doc/ijwd/$${f##*/}) || exit 1; done
	cp -r config/parties.d config/lists $D/share/doc/ijwd/
	for u in $(UNITS); do $(call placed,systemd/$$u,$(DESTDIR)$(UNITDIR)/$$u) || exit 1; done
	for u in ijwd ijw-dashboard ijw-filedrop; do \
		install -m 644 systemd/$$u.sysusers $D/lib/sysusers.d/$$u.conf; \
		install -m 644 systemd/$$u.tmpfiles $D/lib/tmpfiles.d/$$u.conf; done
	install -m 644 $B/ijwd.catalog $B/ijwd.nl.catalog $D/lib/systemd/catalog/
	install -m 644 $B/ijwctl.completion $D/share/bash-completion/completions/ijwctl

# What `journalctl -x` says of each event, and what the shell knows of ijwctl.
$B/ijwd.catalog $B/ijwd.nl.catalog &: docs/events.tsv systemd/catalog.sh
	@mkdir -p $B
	$Qsh systemd/catalog.sh en < docs/events.tsv > $B/ijwd.catalog
	$Qsh systemd/catalog.sh nl < docs/events.tsv > $B/ijwd.nl.catalog
$B/ijwctl.completion: systemd/completion.sh $B/ijwctl
	$Qsh systemd/completion.sh $B/ijwctl > $@

# Debian packages in build/deb/.  The page comes from npm, so it is built first.
deb: deps-build
	@sh .ci/deps debhelper dpkg-dev fakeroot lintian
	@$(MAKE) --no-print-directory -s page
	@sh debian/build.sh
check-deb: deps-build
	@$(MAKE) --no-print-directory -s page
	@sh tests/check-deb.sh

clean:
	rm -rf build build-address build-thread build-coverage

-include $(shell find $B -name '*.d' 2>/dev/null)
.PHONY: FORCE all help tests-build deps-build deps-test demo demo-shell check run-check check-fast torture bench bench-growth bench-einden bench-pages \
	page deps-browser browser deb check-deb stream fuzz run-fuzz coverage fmt tidy schemas install clean
