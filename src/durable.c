/*-------------------------------------------------------------------------
 *
 * durable.c
 *	  Waiting until what can be seen is durable: docnum_durable.
 *
 * With early release, and where a session commits asynchronously, others can
 * see a number for a moment before a crash could no longer take it back.  Who
 * reads a number and then acts outside the database (prints, sends, answers a
 * request) calls docnum_durable() in between: whatever was visible before the
 * call has its commit record in the WAL by then, so flushing the WAL up to its
 * end, and waiting for the standbys as a commit of this session would, covers
 * it.
 *
 * Locks and memory: none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "replication/syncrep.h"

#include "docnum.h"

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_durable);

/*
 * docnum_durable() -> void
 *
 * On a standby everything visible has been received and flushed: nothing to
 * wait for.
 */
Datum
docnum_durable(PG_FUNCTION_ARGS)
{
	XLogRecPtr	end;

	if (RecoveryInProgress())
		PG_RETURN_VOID();
	end = GetXLogInsertEndRecPtr();
	XLogFlush(end);
	HOLD_INTERRUPTS();
	SyncRepWaitForLSN(end, true);
	RESUME_INTERRUPTS();
	CHECK_FOR_INTERRUPTS();
	PG_RETURN_VOID();
}
