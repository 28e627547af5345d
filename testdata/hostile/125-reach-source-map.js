// want: script
// a source map that names a file
export default () => { throw new Error('mapped'); };
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIi9ldGMvc2hhZG93Il0sIm5hbWVzIjpbXSwibWFwcGluZ3MiOiJBQUFBIn0=
