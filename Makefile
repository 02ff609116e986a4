# docnum: document numbers for PostgreSQL, an extension built with PGXS.
#
#   make && make install                       the first pg_config in PATH
#   make PG_CONFIG=/usr/lib/postgresql/17/bin/pg_config
#   make with_llvm=no                          without bitcode: needs no clang
#   make DEBUG=1                               assertions and debug points, for tests
#   make installcheck                          the tests, against a running server
#
# bash test/run builds and tests in a folder of its own, with a server of its own.

EXTENSION  = docnum
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" docnum.control)
MODULE_big = docnum

# Every .c file of src, in alphabetical order.
OBJS = \
	src/allocate.o \
	src/attach.o \
	src/attach_cache.o \
	src/attach_commit.o \
	src/attach_number.o \
	src/attach_pending.o \
	src/attach_row.o \
	src/attach_trigger.o \
	src/audit.o \
	src/catalog.o \
	src/check_digit.o \
	src/check_duplicates.o \
	src/chronology.o \
	src/close.o \
	src/counter.o \
	src/debug_point.o \
	src/define.o \
	src/definition.o \
	src/definition_overlap.o \
	src/docnum.o \
	src/document_type.o \
	src/durable.o \
	src/face.o \
	src/format_compile.o \
	src/format_date.o \
	src/format_parse.o \
	src/format_prove.o \
	src/format_render.o \
	src/gaps.o \
	src/grant.o \
	src/history.o \
	src/idempotency.o \
	src/import.o \
	src/import_place.o \
	src/import_source.o \
	src/import_write.o \
	src/installation.o \
	src/issue.o \
	src/last.o \
	src/ledger.o \
	src/locate.o \
	src/lock_wait.o \
	src/override.o \
	src/period.o \
	src/printable.o \
	src/privilege.o \
	src/probe.o \
	src/problem.o \
	src/range.o \
	src/reservation.o \
	src/scope.o \
	src/scope_value.o \
	src/settings.o \
	src/skip.o \
	src/target.o \
	src/transaction.o \
	src/validate.o \
	src/void.o

# The install script is these parts, in this order: a part may use what the
# parts above it made.
SQL_PARTS = \
	sql/parts/install.sql \
	sql/parts/document_type.sql \
	sql/parts/counter.sql \
	sql/parts/ledger.sql \
	sql/parts/range.sql \
	sql/parts/reservation.sql \
	sql/parts/privilege.sql \
	sql/parts/audit.sql \
	sql/parts/define.sql \
	sql/parts/issue.sql \
	sql/parts/last.sql \
	sql/parts/override.sql \
	sql/parts/void.sql \
	sql/parts/skip.sql \
	sql/parts/close.sql \
	sql/parts/durable.sql \
	sql/parts/idempotency.sql \
	sql/parts/import.sql \
	sql/parts/grant.sql \
	sql/parts/history.sql \
	sql/parts/status.sql \
	sql/parts/attach.sql \
	sql/parts/gaps.sql \
	sql/parts/check_duplicates.sql \
	sql/parts/validate.sql

DATA       = $(wildcard sql/docnum--*--*.sql)
DATA      += psql/docnum_import.psql
DATA_built = sql/docnum--$(EXTVERSION).sql

# The order of the tests, and which may run side by side, is written once, in
# the schedules that the runners read too.
REGRESS        = $(shell sed -n 's/^test: *//p' test/regress_schedule)
REGRESS_OPTS   = --inputdir=test --load-extension=docnum
ISOLATION      = $(shell sed -n 's/^test: *//p' test/isolation_schedule)
ISOLATION_OPTS = --inputdir=test --load-extension=docnum
TAP_TESTS      = 1
PROVE_TESTS    = test/t/*.pl

ifeq ($(DEBUG),1)
PG_CPPFLAGS += -DUSE_ASSERT_CHECKING -DDOCNUM_DEBUG
endif

# The library calls its own functions, even where the server or another library
# has one of the same name.
SHLIB_LINK += -Wl,-Bsymbolic

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS follows no #include: any header makes everything anew.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h)

# Under another name first, so that a failure leaves no half script behind.
$(DATA_built): $(SQL_PARTS) Makefile docnum.control
	cat $(SQL_PARTS) >$@.tmp
	mv $@.tmp $@
