/*-------------------------------------------------------------------------
 *
 * lock_wait.h
 *	  Waits that docnum.lock_timeout bounds, and who was in the way.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_LOCK_WAIT_H
#define DOCNUM_LOCK_WAIT_H

#include "storage/lock.h"

typedef void (*LockWaitFunction) (void *arg);

extern bool lock_wait_bounded(LockWaitFunction wait, void *arg);
extern void lock_wait_for_tables(LockWaitFunction open, void *arg);
extern bool lock_wait_for_transaction(TransactionId xid);
extern char *lock_wait_holders(const LOCKTAG *tag);
extern char *lock_wait_describe_xid(TransactionId xid);

#endif							/* DOCNUM_LOCK_WAIT_H */
