/*-------------------------------------------------------------------------
 *
 * debug_point.h
 *	  Named places in the engine where a test can interfere.
 *
 * Compiled in with -DDOCNUM_DEBUG only; a shipped library has none of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_DEBUG_POINT_H
#define DOCNUM_DEBUG_POINT_H

#ifdef DOCNUM_DEBUG
extern void debug_point_init(void);
extern void debug_point_visit(const char *name, bool may_raise);

/* A place where an error may be raised. */
#define DEBUG_POINT(name) debug_point_visit(name, true)
/* A place in a callback, where none may be. */
#define DEBUG_POINT_QUIET(name) debug_point_visit(name, false)
#else
#define debug_point_init() ((void) 0)
#define DEBUG_POINT(name) ((void) 0)
#define DEBUG_POINT_QUIET(name) ((void) 0)
#endif

#endif							/* DOCNUM_DEBUG_POINT_H */
