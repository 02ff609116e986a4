/*-------------------------------------------------------------------------
 *
 * range.h
 *	  Ranges of values that no document will get.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_RANGE_H
#define DOCNUM_RANGE_H

#include "utils/timestamp.h"

typedef enum RangeCause
{
	RANGE_SKIPPED,				/* on purpose */
	RANGE_JUMPED,				/* passed over by a number given by hand */
	RANGE_UNEXPLAINED			/* the log has it, the ledger does not */
} RangeCause;

extern bool range_next(int64 counter_id, int64 value, int64 *first, int64 *last);
extern bool range_covers(int64 counter_id, int64 value, int64 *first, int64 *last);
extern void range_record(const char *document_type, int64 counter_id,
						 int64 first, int64 last, RangeCause cause, const char *reason);

#endif							/* DOCNUM_RANGE_H */
