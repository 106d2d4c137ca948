/* In which order values are computed (order.c). */
#ifndef HERMESC_ORDER_H
#define HERMESC_ORDER_H

#include "hermesc.h"

/* Every TERM_SLOT of a term, functions' bodies left out: they read none. */
typedef void Visit(void *context, const Term *slot);
void each_slot(const Term *term, Visit *visit, void *context);

/* stages.c: values of one step stand together in the order, as they stood to one another before. */
void sort_by_steps(Compiler *compiler);

/* needs: every term typed. leaves: program->order; the component of every slot. Reports cycles that
 * pass through no solve. */
void order_values(Compiler *compiler);

/* How many values from this place of the order on are computed together: 1, or a component. */
int component_size(const Program *program, int place);
/* Passes after which a component is given up: the fewest that one of its solves allows. */
int component_iterations(const Program *program, int component);

#endif
