/*-------------------------------------------------------------------------
 *
 * probe.h
 *	  Reading docnum's tables with a dirty snapshot.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_PROBE_H
#define DOCNUM_PROBE_H

#include "access/genam.h"
#include "access/relscan.h"
#include "access/sdir.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "utils/snapshot.h"

typedef struct Probe
{
	IndexScanDesc scan;
	SnapshotData snapshot;		/* dirty */
	TupleTableSlot *slot;		/* the row found */
	int			dead;			/* index entries passed that led to no live
								 * row */
} Probe;

extern void probe_begin(Probe *probe, Relation table, Relation index,
						ScanKey keys, int nkeys);
extern void probe_begin_as_of(Probe *probe, Relation table, Relation index,
							  ScanKey keys, int nkeys, Snapshot snapshot);
extern bool probe_next(Probe *probe, ScanDirection direction);
extern void probe_end(Probe *probe);
extern bool probe_find(Probe *probe, Relation table, Relation index,
					   ScanKey keys, int nkeys);
extern TransactionId probe_inserter(const Probe *probe);
extern bool probe_is_own(const Probe *probe);

#endif							/* DOCNUM_PROBE_H */
