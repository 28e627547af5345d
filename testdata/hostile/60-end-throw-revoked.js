// want: script
// throws a revoked proxy
export default () => { const { proxy, revoke } = Proxy.revocable(new Error('x'), {}); revoke(); throw proxy; };
