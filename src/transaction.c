/*-------------------------------------------------------------------------
 *
 * transaction.c
 *	  What docnum keeps until the end of a transaction: held scopes, and the
 *	  promise that a number which a client was told is durable.
 *
 * Held scopes.  STRICT scopes, and those with an open change of the counter,
 * stay locked to the end of the transaction.  Their locks belong to the top
 * transaction's resource owner: a lock that belongs to a portal could not be
 * released by a commit callback under the extended protocol, where the portal
 * outlives the commit.  The price is that ROLLBACK TO does not release them by
 * itself, so the nest level of each is kept here and the subtransaction
 * callback does.  At PREPARE the locks pass to the prepared transaction.
 *
 * Durability.  A commit that took a number is flushed locally even where
 * synchronous_commit is off: the variable is assigned before the commit and
 * restored after it.  Not SetConfigOption, which would also forget how to wait
 * for a standby; not ForceSyncCommit, which makes every standby flush
 * pg_control for each such commit.
 *
 * Early release.  Scopes of types with early_release are given back when the
 * commit is visible and ordered, before it is flushed: the commit is made
 * asynchronous, and the commit callback releases, then flushes, then waits for
 * the standbys that the session wants to wait for.  Whoever comes next writes
 * his commit record after ours, so that a crash never keeps the later number
 * and loses the earlier one.  The client is answered after the flush, as ever;
 * what others see before it is what early_release costs.  Never at PREPARE, and
 * not where the transaction has an access exclusive lock, whose news to others
 * must not be late.
 *
 * Invariant: nothing here raises an error after the commit record.
 *
 * Memory: the list of held scopes lives in TopTransactionContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "replication/syncrep.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "debug_point.h"
#include "settings.h"
#include "transaction.h"

typedef struct HeldScope
{
	LOCKTAG		tag;
	int			nest_level;		/* of the subtransaction that holds it */
	bool		early;			/* released before the flush */
} HeldScope;

static HeldScope *held = NULL;
static int	nheld = 0;
static int	held_size = 0;

static bool took_number = false;
static bool commit_changed = false; /* synchronous_commit is ours just now */
static bool commit_early = false;	/* and the flush is ours to do */
static int	callers_synchronous_commit;

#define HOOKS_LIMIT 4

static const TransactionHooks *hooks[HOOKS_LIMIT];
static int	nhooks = 0;

/*
 * transaction_add_hooks registers a module; its hooks are static.
 */
void
transaction_add_hooks(const TransactionHooks *added)
{
	if (nhooks == HOOKS_LIMIT)
		elog(ERROR, "too many modules with transaction hooks");
	hooks[nhooks++] = added;
}

static void
call_before_commit(void)
{
	for (int i = 0; i < nhooks; i++)
	{
		if (hooks[i]->before_commit)
			hooks[i]->before_commit();
	}
}

static void
call_at_end(bool aborted)
{
	for (int i = 0; i < nhooks; i++)
	{
		if (hooks[i]->at_end)
			hooks[i]->at_end(aborted);
	}
}

static void
call_at_subtransaction_end(bool aborted, int level)
{
	for (int i = 0; i < nhooks; i++)
	{
		void		(*hook) (int) = aborted ? hooks[i]->at_subabort : hooks[i]->at_subcommit;

		if (hook)
			hook(level);
	}
}

/*
 * transaction_took_number notes that this transaction's commit must be
 * durable.
 */
void
transaction_took_number(void)
{
	took_number = true;
}

/*
 * release gives a lock of the top transaction back; it cannot fail.
 */
static void
release(const LOCKTAG *tag)
{
	ResourceOwner owner = CurrentResourceOwner;

	CurrentResourceOwner = TopTransactionResourceOwner;
	LockRelease(tag, ExclusiveLock, false);
	CurrentResourceOwner = owner;
}

/*
 * note_held adds a scope to the list.
 */
static void
note_held(const LOCKTAG *tag, bool early)
{
	if (nheld == held_size)
	{
		int			size = held_size ? 2 * held_size : 8;

		held = held ? repalloc_array(held, HeldScope, size)
			: (HeldScope *) MemoryContextAlloc(TopTransactionContext, size * sizeof(HeldScope));
		held_size = size;
	}
	held[nheld].tag = *tag;
	held[nheld].nest_level = GetCurrentTransactionNestLevel();
	held[nheld].early = early;
	nheld++;
}

/*
 * transaction_lock takes a scope's lock to the end of the transaction (or of
 * the subtransaction, if that rolls back), waiting for it or not; early: only
 * until the commit is visible.  Returns whether it is held now.  Raises what
 * LockAcquire raises.
 */
bool
transaction_lock(const LOCKTAG *tag, bool wait, bool early)
{
	ResourceOwner owner = CurrentResourceOwner;
	LockAcquireResult result = LOCKACQUIRE_NOT_AVAIL;

	PG_TRY();
	{
		CurrentResourceOwner = TopTransactionResourceOwner;
		result = LockAcquire(tag, ExclusiveLock, false, !wait);
	}
	PG_FINALLY();
	{
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();

	if (result == LOCKACQUIRE_NOT_AVAIL)
		return false;
	if (result == LOCKACQUIRE_ALREADY_HELD)
		release(tag);			/* counted once is enough */
	else
		note_held(tag, early);
	return true;
}

/*
 * is_held: is the lock in the list already?
 */
static bool
is_held(const LOCKTAG *tag)
{
	for (int i = 0; i < nheld; i++)
	{
		if (memcmp(&held[i].tag, tag, sizeof(LOCKTAG)) == 0)
			return true;
	}
	return false;
}

/*
 * transaction_hold makes a lock that the current resource owner holds last to
 * the end of the transaction, as transaction_lock would.
 */
void
transaction_hold(const LOCKTAG *tag)
{
	ResourceOwner owner = CurrentResourceOwner;

	if (!is_held(tag))
	{
		CurrentResourceOwner = TopTransactionResourceOwner;
		(void) LockAcquire(tag, ExclusiveLock, false, false);	/* ours: no wait */
		CurrentResourceOwner = owner;
		note_held(tag, false);
	}
	LockRelease(tag, ExclusiveLock, false);
}

/*
 * transaction_scopes_held returns how many scopes are held.
 */
int
transaction_scopes_held(void)
{
	return nheld;
}

/*
 * transaction_unlock_since gives back the scopes taken since that many were
 * held; for a caller that has taken no number in them.
 */
void
transaction_unlock_since(int count)
{
	while (nheld > count)
		release(&held[--nheld].tag);
}

static void
forget_held(void)
{
	held = NULL;				/* its memory goes with the transaction */
	nheld = held_size = 0;
}

/*
 * may_release_early: does the transaction hold a scope that is released before
 * the flush, and is nothing in the way?
 */
static bool
may_release_early(void)
{
	if (!TransactionIdIsValid(GetTopTransactionIdIfAny()) ||
		(MyXactFlags & XACT_FLAGS_ACQUIREDACCESSEXCLUSIVELOCK) != 0)
		return false;
	for (int i = 0; i < nheld; i++)
	{
		if (held[i].early)
			return true;
	}
	return false;
}

/*
 * change_commit sets synchronous_commit for this one commit.
 */
static void
change_commit(void)
{
	commit_early = may_release_early();
	if (!commit_early &&
		!(took_number && settings_durable && synchronous_commit == SYNCHRONOUS_COMMIT_OFF))
		return;
	callers_synchronous_commit = synchronous_commit;
	synchronous_commit = commit_early ? SYNCHRONOUS_COMMIT_OFF : SYNCHRONOUS_COMMIT_LOCAL_FLUSH;
	commit_changed = true;
}

/*
 * restore_commit undoes that.
 */
static void
restore_commit(void)
{
	if (commit_changed)
		synchronous_commit = callers_synchronous_commit;
	commit_changed = commit_early = false;
}

/*
 * release_early gives the scopes back, and then makes the commit as durable as
 * it would have been.  Nothing here may fail.
 */
static void
release_early(void)
{
	for (int i = 0; i < nheld; i++)
	{
		if (held[i].early)
			release(&held[i].tag);
	}
	DEBUG_POINT_QUIET("scopes_released");
	restore_commit();
	if (settings_durable || synchronous_commit != SYNCHRONOUS_COMMIT_OFF)
		XLogFlush(XactLastCommitEnd);
	SyncRepWaitForLSN(XactLastCommitEnd, true);
}

static void
transaction_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			call_before_commit();
			if (took_number)
				DEBUG_POINT("before_commit");
			change_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			call_before_commit();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (took_number && event == XACT_EVENT_COMMIT)
				DEBUG_POINT_QUIET("after_commit");
			if (commit_early && event == XACT_EVENT_COMMIT)
				release_early();
			restore_commit();
			forget_held();
			took_number = false;
			call_at_end(event == XACT_EVENT_ABORT);
			break;
		default:				/* parallel workers take no numbers */
			break;
	}
}

static void
subtransaction_event(SubXactEvent event, SubTransactionId mine,
					 SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		if (took_number)
			DEBUG_POINT_QUIET("subtransaction_aborted");
		while (nheld > 0 && held[nheld - 1].nest_level >= level)
			release(&held[--nheld].tag);
		call_at_subtransaction_end(true, level);
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (int i = nheld - 1; i >= 0 && held[i].nest_level >= level; i--)
			held[i].nest_level = level - 1;
		call_at_subtransaction_end(false, level);
	}
}

void
transaction_init(void)
{
	RegisterXactCallback(transaction_event, NULL);
	RegisterSubXactCallback(subtransaction_event, NULL);
}
