/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  The settings docnum.*: who may set them, and why they exist.
 *
 * Alphabetical.  No setting changes a number that was given already.
 *
 * Memory: strings belong to the server's GUC machinery.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "mb/pg_wchar.h"
#include "utils/guc.h"

#include "settings.h"

/*
 * docnum.durable: superuser.  A number that a client was told must survive a
 * crash, or the same number is printed twice; so a commit that took one is
 * flushed even where synchronous_commit is off.  Off only for bulk loads and
 * tests, where a crash means starting over.
 */
bool		settings_durable = true;

/*
 * docnum.ip_address, docnum.user_agent, docnum.user_id: anyone.  What the
 * application says of its user; the log keeps it apart from what the server
 * knows itself.  SET LOCAL works behind a transaction pooler.
 */
char	   *settings_ip_address = NULL;
char	   *settings_user_agent = NULL;
char	   *settings_user_id = NULL;

/*
 * docnum.lock_timeout: anyone.  The longest wait for another transaction in
 * the same scope; the caller's own lock_timeout and statement_timeout count
 * beside it.
 */
int			settings_lock_timeout = 5000;

/*
 * docnum.reservation_ttl: anyone.  How long a reservation lives, where neither
 * the type nor the call says otherwise.
 */
int			settings_reservation_ttl = 300;

/*
 * check_claim refuses a text that could not be stored: it can come from the
 * connection's options, which nobody has checked.
 */
static bool
check_claim(char **value, void **extra, GucSource source)
{
	if (*value == NULL || pg_verifymbstr(*value, strlen(*value), true))
		return true;
	GUC_check_errdetail("The text is not valid in the database's encoding.");
	return false;
}

void
settings_init(void)
{
	DefineCustomBoolVariable("docnum.durable",
							 "Flushes a commit that took a number, whatever synchronous_commit says.",
							 "Off, a crash can take back a number that a client was told, and give it again.",
							 &settings_durable,
							 true,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);

	DefineCustomStringVariable("docnum.ip_address",
							   "Address of the application's user, for the log.",
							   "A claim of the application; kept beside what the server knows, cut at 45 characters.",
							   &settings_ip_address,
							   "",
							   PGC_USERSET,
							   0,
							   check_claim, NULL, NULL);

	DefineCustomIntVariable("docnum.lock_timeout",
							"Longest wait for a scope that another transaction holds.",
							"After it the call fails with NB003. 0 waits for ever.",
							&settings_lock_timeout,
							5000, 0, INT_MAX,
							PGC_USERSET,
							GUC_UNIT_MS,
							NULL, NULL, NULL);

	DefineCustomIntVariable("docnum.reservation_ttl",
							"How long a reservation lives.",
							"The type's reservation_ttl and the argument ttl of docnum_reserve come before it.",
							&settings_reservation_ttl,
							300, 1, INT_MAX,
							PGC_USERSET,
							GUC_UNIT_S,
							NULL, NULL, NULL);

	DefineCustomStringVariable("docnum.user_agent",
							   "Program of the application's user, for the log.",
							   "A claim of the application; kept beside what the server knows, cut at 500 characters.",
							   &settings_user_agent,
							   "",
							   PGC_USERSET,
							   0,
							   check_claim, NULL, NULL);

	DefineCustomStringVariable("docnum.user_id",
							   "The application's user, for the log.",
							   "A claim of the application; kept beside what the server knows, cut at 50 characters.",
							   &settings_user_id,
							   "",
							   PGC_USERSET,
							   0,
							   check_claim, NULL, NULL);
}
