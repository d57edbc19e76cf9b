// Components from outside of Orochi, one file each.
#pragma once

#include <orochi/extensions.hpp>

void add_lion(orochi::Extensions& extensions);
void add_one_cycle(orochi::Extensions& extensions);
void add_ordinal(orochi::Extensions& extensions);
void add_swiglu(orochi::Layers& layers);
void add_depthwise(orochi::Layers& layers);
void add_codons(orochi::Tokenizers& tokenizers);
void add_embl(orochi::Readers& readers);
void add_versus(orochi::Verbs& verbs);
