// stand-in
const names = ["landscaping","sidewalk_improvement","sidewalk_building","common_lighting","curbs_walls","dumps","gazebos_benches","playgrounds","sanitation"];
export function scenes(){ const o={}; for(const n of names) for(const v of ["","-before"]) o[n+v]='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400"><rect width="640" height="400" fill="#dbe9e6"/></svg>'; o.almaty=o.landscaping; return o; }
