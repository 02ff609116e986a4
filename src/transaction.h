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

/* What a module does then; NULL: nothing. */
typedef struct TransactionHooks
{
	void		(*before_commit) (void);	/* and before PREPARE; may raise */
	void		(*at_end) (bool aborted);	/* commit, abort, prepare; must
											 * not raise */
	void		(*at_subabort) (int level); /* of nesting; must not raise */
	void		(*at_subcommit) (int level);
} TransactionHooks;

extern void transaction_init(void);
extern bool transaction_lock(const LOCKTAG *tag, bool wait, bool early);
extern void transaction_hold(const LOCKTAG *tag);
extern int	transaction_scopes_held(void);
extern void transaction_unlock_since(int count);
extern void transaction_took_number(void);
extern void transaction_add_hooks(const TransactionHooks *added);

#endif							/* DOCNUM_TRANSACTION_H */
