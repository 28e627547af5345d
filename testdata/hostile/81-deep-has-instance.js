// want: completed | limit stack
// instanceof inside instanceof
export default () => { const f = () => 1 instanceof { [Symbol.hasInstance]: f }; try { f(); } catch { return 'caught'; } };
