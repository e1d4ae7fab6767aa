// The page is empty until its panels are here.
export {}
