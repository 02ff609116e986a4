/*-------------------------------------------------------------------------
 *
 * docnum.h
 *	  Names, limits and error codes that every room of docnum shares.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_H
#define DOCNUM_H

#include "fmgr.h"
#include "utils/elog.h"

#define DOCNUM_SCHEMA		"docnum"
#define DOCNUM_EXTENSION	"docnum"

/* limits of the columns, in characters */
#define DOCNUM_TYPE_LIMIT			50
#define DOCNUM_USER_ID_LIMIT		50
#define DOCNUM_IP_ADDRESS_LIMIT		45
#define DOCNUM_USER_AGENT_LIMIT		500

/*
 * SQLSTATEs of docnum's own.  The first eight are the codes of the numbering
 * service that docnum replaces; docs/reference.md lists them all with the HTTP
 * status that a web layer should answer with.
 */
#define ERRCODE_DOCNUM_TYPE_NOT_FOUND	MAKE_SQLSTATE('N','B','0','0','1')
#define ERRCODE_DOCNUM_EXHAUSTED		MAKE_SQLSTATE('N','B','0','0','2')
#define ERRCODE_DOCNUM_LOCK_TIMEOUT		MAKE_SQLSTATE('N','B','0','0','3')
#define ERRCODE_DOCNUM_RESERVATION		MAKE_SQLSTATE('N','B','0','0','4')
#define ERRCODE_DOCNUM_DUPLICATE		MAKE_SQLSTATE('N','B','0','0','5')
#define ERRCODE_DOCNUM_INVALID_FORMAT	MAKE_SQLSTATE('N','B','0','0','6')
#define ERRCODE_DOCNUM_OVERRIDE			MAKE_SQLSTATE('N','B','0','0','7')
#define ERRCODE_DOCNUM_INVALID_SCOPE	MAKE_SQLSTATE('N','B','0','0','9')
#define ERRCODE_DOCNUM_WRONG_STATE		MAKE_SQLSTATE('N','B','0','1','0')
#define ERRCODE_DOCNUM_CHRONOLOGY		MAKE_SQLSTATE('N','B','0','1','2')
#define ERRCODE_DOCNUM_IMMUTABLE		MAKE_SQLSTATE('N','B','0','1','4')
#define ERRCODE_DOCNUM_NOT_FOUND		MAKE_SQLSTATE('N','B','0','1','5')
#define ERRCODE_DOCNUM_AMBIGUOUS		MAKE_SQLSTATE('N','B','0','1','6')

#endif							/* DOCNUM_H */
