/*-------------------------------------------------------------------------
 *
 * counter.h
 *	  From document type and scope to a counter, and the counter's lock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_COUNTER_H
#define DOCNUM_COUNTER_H

#include "nodes/pg_list.h"
#include "storage/lock.h"

#include "document_type.h"

/*
 * What this backend knows of a counter.  All but the identity is a hint: the
 * ledger decides.
 */
typedef struct Counter
{
	int64		key;			/* of the cache */
	int64		id;
	const char *document_type;
	const char *series;			/* that it belongs to, "" if it is the type's
								 * own */
	const char *scope;			/* canonical text, "" for GLOBAL */
	int			generation;
	int64		first_value;	/* where the counter starts */
	bool		visited;		/* this backend has given a number of it */
	int64		last_seen;		/* a value at or below the last one, or 0 */
	int64		settled_from;	/* all values from .. to are committed, */
	int64		settled_to;		/* or to < from */
	int64		no_range_from;	/* no recorded range ends at or after it .. */
	uint64		no_range_version;	/* .. as of that version of the ranges */
	TransactionId row_seen;		/* who wrote the counter's row, see counter.c */
	uint64		row_version;	/* of the definitions when row_seen was set */
} Counter;

/* objsubid of docnum's advisory locks in pg_locks: meets no lock of SQL's. */
#define COUNTER_LOCK_CLASS 3340

/* How long a scope stays locked. */
typedef enum ScopeHold
{
	HOLD_BRIEFLY,				/* until counter_unlock */
	HOLD_TO_END,				/* to the end of the transaction */
	HOLD_TO_COMMIT				/* until its commit is visible, not yet
								 * flushed */
} ScopeHold;

extern void counter_init(void);
extern Counter *counter_get(const DocumentType *type, const char *scope, size_t bytes);
extern void counter_ensure_row(Counter *counter, Relation rel);
extern int64 counter_id_of(const DocumentType *type, const char *scope, size_t bytes);
extern void counter_lock(const Counter *counter, ScopeHold hold);
extern void counter_unlock(const Counter *counter);
extern void counter_hold(const Counter *counter);
extern _Noreturn void counter_timed_out(const Counter *counter, const char *who);
extern char *counter_next_scope(const char *document_type, const char *from);
extern List *counter_list(const char *document_type);
extern void counter_read_row(Counter *counter);
extern const char *counter_quote_scope(const char *scope);
extern bool counter_find(int64 counter_id, const char *document_type, Counter *counter);
extern char *counter_scope_of(int64 counter_id);
extern int64 counter_first_value_of(int64 counter_id);
extern void counter_drop_rows(const char *document_type);

#endif							/* DOCNUM_COUNTER_H */
