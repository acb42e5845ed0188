#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

struct GraftSentencePiece {
    sentencepiece::SentencePieceProcessor processor;
};

namespace {

void write_error(std::string_view message, char *error, size_t error_size) {
    if (error_size == 0) return;
    size_t count = std::min(message.size(), error_size - 1);
    std::memcpy(error, message.data(), count);
    error[count] = '\0';
}

bool has_piece(const GraftSentencePiece *model, int32_t id) {
    return id >= 0 && id < model->processor.GetPieceSize();
}

}  // namespace

extern "C" GraftSentencePiece *graft_sentencepiece_load(
    const void *bytes, size_t count, char *error, size_t error_size) {
    GraftSentencePiece *model = nullptr;
    try {
        model = new GraftSentencePiece();
        std::string_view serialized(static_cast<const char *>(bytes), count);
        auto status = model->processor.LoadFromSerializedProto(serialized);
        if (status.ok()) return model;
        write_error(status.ToString(), error, error_size);
    } catch (const std::exception &exception) {
        write_error(exception.what(), error, error_size);
    } catch (...) {
        write_error("an unknown exception", error, error_size);
    }
    delete model;
    return nullptr;
}

extern "C" void graft_sentencepiece_free(GraftSentencePiece *model) { delete model; }

extern "C" int32_t graft_sentencepiece_piece_count(const GraftSentencePiece *model) {
    return model->processor.GetPieceSize();
}

extern "C" const char *graft_sentencepiece_piece(const GraftSentencePiece *model, int32_t id) {
    return has_piece(model, id) ? model->processor.IdToPiece(id).c_str() : nullptr;
}

extern "C" int32_t graft_sentencepiece_id(const GraftSentencePiece *model, const char *piece) {
    return model->processor.PieceToId(piece);
}

extern "C" ptrdiff_t graft_sentencepiece_encode(
    const GraftSentencePiece *model, const char *text, size_t count, int32_t *ids, size_t capacity) {
    try {
        std::vector<int> found;
        if (!model->processor.Encode(std::string_view(text, count), &found).ok()) return -1;
        std::copy_n(found.begin(), std::min(found.size(), capacity), ids);
        return static_cast<ptrdiff_t>(found.size());
    } catch (...) {
        return -1;
    }
}
