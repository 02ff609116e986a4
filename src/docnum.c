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

#include "utils/guc.h"

#include "catalog.h"
#include "counter.h"
#include "debug_point.h"
#include "docnum.h"
#include "privilege.h"
#include "settings.h"
#include "transaction.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	settings_init();
	debug_point_init();
	catalog_init();
	privilege_init();
	transaction_init();
	counter_init();
	MarkGUCPrefixReserved("docnum");
}
