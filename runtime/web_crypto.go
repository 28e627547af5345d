package runtime

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // Node.js has it, for checksums
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // SHA-1 is part of the Web Crypto API
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"math/rand/v2"

	"github.com/dop251/goja"
	"github.com/google/uuid"
)

// cryptoHost serves js/crypto.js. Randomness is the run's own ChaCha8 stream,
// so that a replay draws the same.
func cryptoHost(v *vm) hostFuncs {
	return hostFuncs{
		"digest": func(c goja.FunctionCall) goja.Value {
			h := newHash(c.Argument(0).String())()
			h.Write(v.view(c.Argument(1)))
			return v.buffer(h.Sum(nil))
		},
		"hmac": func(c goja.FunctionCall) goja.Value {
			m := hmac.New(newHash(c.Argument(1).String()), v.view(c.Argument(0)))
			m.Write(v.view(c.Argument(2)))
			return v.buffer(m.Sum(nil))
		},
		"equal": func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(hmac.Equal(v.view(c.Argument(0)), v.view(c.Argument(1))))
		},
		"random": func(c goja.FunctionCall) goja.Value {
			b := make([]byte, min(max(c.Argument(0).ToInteger(), 0), 65536))
			fill(v.random(), b)
			return v.buffer(b)
		},
		"fillRandom": func(c goja.FunctionCall) goja.Value {
			fill(v.random(), v.view(c.Argument(0)))
			return goja.Undefined()
		},
		"randomUUID": func(goja.FunctionCall) goja.Value {
			var id uuid.UUID
			fill(v.random(), id[:])
			id[6] = id[6]&0x0f | 0x40
			id[8] = id[8]&0x3f | 0x80
			return v.rt.ToValue(id.String())
		},
		"gcm": func(c goja.FunctionCall) goja.Value {
			return v.gcm(c.Argument(0).ToBoolean(), v.view(c.Argument(1)), v.view(c.Argument(2)), v.view(c.Argument(3)), v.view(c.Argument(4)))
		},
		"pbkdf2": func(c goja.FunctionCall) goja.Value {
			n := func(i int) int { return int(c.Argument(i).ToInteger()) }
			made, err := pbkdf2.Key(newHash(c.Argument(0).String()), string(v.view(c.Argument(1))), v.view(c.Argument(2)), n(3), n(4))
			if err != nil {
				panic(v.throw("Error", err.Error()))
			}
			return v.buffer(made)
		},
		"hkdf": func(c goja.FunctionCall) goja.Value {
			made, err := hkdf.Key(newHash(c.Argument(0).String()), v.view(c.Argument(1)), v.view(c.Argument(2)), string(v.view(c.Argument(3))), int(c.Argument(4).ToInteger()))
			if err != nil {
				panic(v.throw("RangeError", "HKDF: "+err.Error()))
			}
			return v.buffer(made)
		},
		"atob": v.atob,
		"btoa": v.btoa,
	}
}

// gcm seals or opens data by AES-GCM; null = it cannot be opened, or the nonce is unusual.
func (v *vm) gcm(seal bool, key, nonce, data, more []byte) goja.Value {
	block, err := aes.NewCipher(key)
	if err != nil || len(nonce) == 0 {
		return goja.Null()
	}
	mode, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		return goja.Null()
	}
	if seal {
		return v.buffer(mode.Seal(nil, nonce, data, more))
	}
	out, err := mode.Open(nil, nonce, data, more)
	if err != nil {
		return goja.Null()
	}
	return v.buffer(out)
}

// newHash is the hash of a Web Crypto name; the script has checked it.
func newHash(name string) func() hash.Hash {
	switch name {
	case "MD5":
		return md5.New
	case "SHA-1":
		return sha1.New
	case "SHA-224":
		return sha256.New224
	case "SHA-384":
		return sha512.New384
	case "SHA-512":
		return sha512.New
	default:
		return sha256.New
	}
}

func fill(r *rand.Rand, b []byte) {
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, r.Uint64())
		b = b[8:]
	}
	if len(b) > 0 {
		var last [8]byte
		binary.LittleEndian.PutUint64(last[:], r.Uint64())
		copy(b, last[:])
	}
}
