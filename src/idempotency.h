/*-------------------------------------------------------------------------
 *
 * idempotency.h
 *	  Idempotency keys of reservations: who has one, and one caller at a time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_IDEMPOTENCY_H
#define DOCNUM_IDEMPOTENCY_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

/* objsubid of the locks on keys in pg_locks, beside those on scopes. */
#define IDEMPOTENCY_LOCK_CLASS 3341

extern void idempotency_check_key(const char *document_type, const char *key);
extern void idempotency_lock(const char *document_type, const char *key);
extern List *idempotency_tokens(Relation reservations, const char *document_type,
								const char *key);

#endif							/* DOCNUM_IDEMPOTENCY_H */
