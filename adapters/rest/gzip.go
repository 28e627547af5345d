package rest

import (
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// compressFrom is the size from which compressing is worth its work.
const compressFrom = 1400

// takesGzip reads Accept-Encoding.
func takesGzip(accept string) bool {
	for _, one := range strings.Split(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(one), ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight := strings.ReplaceAll(params, " ", "")
		return weight != "q=0" && !strings.HasPrefix(weight, "q=0.000") && weight != "q=0.0" && weight != "q=0.00"
	}
	return false
}

func compress(w io.Writer, body []byte) {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return // the level is one of the package
	}
	_, _ = z.Write(body) // the client has gone
	_ = z.Close()
}
