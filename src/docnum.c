/*-------------------------------------------------------------------------
 *
 * docnum.c
 *	  Start of the library: each room sets itself up.
 *
 * Nothing here needs shared_preload_libraries; the library is loaded by the
 * first call of one of its functions in a session.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/guc.h"

#include "attach.h"
#include "catalog.h"
#include "counter.h"
#include "debug_point.h"
#include "attach.h"
#include "docnum.h"
#include "last.h"
#include "printable.h"
#include "privilege.h"
#include "settings.h"
#include "transaction.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/*
 * count_characters counts in the encoding of the database, for the modules
 * that know no server.
 */
static size_t
count_characters(const char *text, size_t bytes)
{
	return (size_t) pg_mbstrlen_with_len(text, (int) bytes);
}

void
_PG_init(void)
{
	printable_count = count_characters;
	settings_init();
	debug_point_init();
	catalog_init();
	privilege_init();
	transaction_init();
	counter_init();
	last_init();
	attach_init();
	MarkGUCPrefixReserved("docnum");
}
