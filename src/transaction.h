/*-------------------------------------------------------------------------
 *
 * transaction.h
 *	  What docnum keeps until the end of a transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_TRANSACTION_H
#define DOCNUM_TRANSACTION_H

#include "storage/lock.h"

typedef void (*TransactionHook) (void);

extern void transaction_init(void);
extern bool transaction_lock(const LOCKTAG *tag, bool wait, bool early);
extern void transaction_hold(const LOCKTAG *tag);
extern int	transaction_scopes_held(void);
extern void transaction_unlock_since(int count);
extern void transaction_took_number(void);

/* Set by the modules that have something to do then; at most one each. */
extern TransactionHook transaction_before_commit;	/* may raise */
extern TransactionHook transaction_at_end;	/* commit, abort, prepare; must
											 * not raise */
extern TransactionHook transaction_at_subabort; /* must not raise */

#endif							/* DOCNUM_TRANSACTION_H */
