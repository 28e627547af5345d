// want: timeout | script | completed | limit memory
// requests with a hundred thousand headers
export default async () => { const headers = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`x-${i}`, 'v'.repeat(100)])); const all = []; for (let i = 0; i < 20; i++) all.push(fetch('http://127.0.0.1:1/', { headers }).catch((e) => e.name)); return (await Promise.all(all)).length; };
