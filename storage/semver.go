package storage

import (
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// versionKey turns a semantic version into bytes that sort as versions do:
// 1.9.0 < 1.10.0-rc.1 < 1.10.0. A text that is no version sorts first.
func versionKey(version string) []byte {
	v, err := semver.StrictNewVersion(version)
	if err != nil {
		return append([]byte{0}, version...)
	}
	key := []byte{1}
	for _, n := range []uint64{v.Major(), v.Minor(), v.Patch()} {
		key = appendNumber(key, strconv.FormatUint(n, 10))
	}
	if v.Prerelease() == "" {
		return append(key, 0xff) // a release comes after its pre-releases
	}
	for _, id := range strings.Split(v.Prerelease(), ".") {
		if strings.Trim(id, "0123456789") == "" {
			key = appendNumber(append(key, 2), id)
		} else {
			key = append(append(append(key, 3), id...), 0)
		}
	}
	return append(key, 1) // fewer identifiers come first
}

// appendNumber writes decimal digits so that longer numbers sort higher.
func appendNumber(key []byte, digits string) []byte {
	return append(append(key, byte(min(len(digits), 255))), digits...)
}
