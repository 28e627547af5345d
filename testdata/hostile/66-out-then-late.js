// want: completed
// thenables inside thenables that end
export default () => ({ then: (a) => a({ then: (b) => b({ then: (c) => setTimeout(() => c('done'), 1) }) }) });
