// SentencePiece (libsentencepiece, C++) behind C functions: loading a model from memory, and ids of a text. No
// exception crosses this border, and no pointer of the library's leaves it.
#ifndef GRAFT_CSENTENCEPIECE_H
#define GRAFT_CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct GraftSentencePiece GraftSentencePiece;

// NULL where the bytes are no model; error then takes the reason, cut to error_size with its closing zero.
GraftSentencePiece *graft_sentencepiece_load(
    const void *bytes, size_t count, char *error, size_t error_size);
void graft_sentencepiece_free(GraftSentencePiece *model);

int32_t graft_sentencepiece_piece_count(const GraftSentencePiece *model);
// The piece with this id, UTF-8 with a closing zero, for as long as the model lives; NULL where there is none.
const char *graft_sentencepiece_piece(const GraftSentencePiece *model, int32_t id);
// The id of a piece, that of the unknown piece where there is none.
int32_t graft_sentencepiece_id(const GraftSentencePiece *model, const char *piece);
// Ids of UTF-8 text, without any around it. Several threads may ask one model.
// Returns how many there are, of which the first `capacity` are written; -1 where the library fails.
ptrdiff_t graft_sentencepiece_encode(
    const GraftSentencePiece *model, const char *text, size_t count, int32_t *ids, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
