/*-------------------------------------------------------------------------
 *
 * range.h
 *	  Ranges of values that no document will get.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_RANGE_H
#define DOCNUM_RANGE_H

#include "executor/tuptable.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "format.h"

typedef enum RangeCause
{
	RANGE_SKIPPED,				/* on purpose */
	RANGE_JUMPED,				/* passed over by a number given by hand */
	RANGE_UNEXPLAINED,			/* the log has it, the ledger does not */
	RANGE_CLOSED				/* all that would come: the scope is closed */
} RangeCause;

/* A recorded range. */
typedef struct Range
{
	int64		first;
	int64		last;
	RangeCause	cause;
	ItemPointerData tid;
	TransactionId writer;		/* other open transaction that wrote it or
								 * takes it out, or none */
} Range;

/* Values first .. last. */
typedef struct RangeBounds
{
	int64		first;
	int64		last;
} RangeBounds;

/* What is to be recorded, besides the bounds. */
typedef struct RangeNote
{
	const char *document_type;
	int64		counter_id;
	RangeCause	cause;
	const char *reason;
	const char *operation;		/* for the log; NULL: another row tells it */
	bool		once;			/* of several rows, the first tells it all */
	const char *old_value;		/* for the log, or NULL */
	const char *new_value;		/* for the log, or NULL: the bounds */
} RangeNote;

/* The last value of a closed scope's range: above all that can be given. */
#define RANGE_END (FORMAT_VALUE_MAX + 1)

extern bool range_covers(int64 counter_id, int64 value, int64 *first, int64 *last);
extern bool range_find(int64 counter_id, int64 value, Range *range);
extern TransactionId range_open_writer(int64 counter_id, int64 first, int64 last);
extern bool range_is_closed(int64 counter_id);
extern void range_check_open(const char *document_type, const char *scope, int64 counter_id);
extern void range_write_many(const RangeNote *note, const RangeBounds *bounds, int count);
extern void range_write(const RangeNote *note, int64 first, int64 last);
extern void range_drop(int64 counter_id);
extern int64 range_fill(const RangeNote *note, int64 first, int64 last);
extern void range_free(const RangeNote *note, const Range *range, int64 first, int64 last);
extern TupleTableSlot *range_take(Relation ranges, const Range *range);
extern void range_put_back(Relation ranges, TupleTableSlot *taken, int64 first, int64 last);
extern void range_record(const char *document_type, int64 counter_id,
						 int64 first, int64 last, RangeCause cause, const char *reason);

#endif							/* DOCNUM_RANGE_H */
