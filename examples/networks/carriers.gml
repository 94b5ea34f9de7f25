graph [
  directed 0
  node [ id 0 label "Berlin" Latitude 52.52 Longitude 13.41 ]
  node [ id 1 label "Paris" Latitude 48.86 Longitude 2.35 ]
  node [ id 2 label "London" Latitude 51.51 Longitude -0.13 ]
  node [ id 3 label "New York" Latitude 40.71 Longitude -74.01 ]
  node [ id 4 label "Tokyo" Latitude 35.68 Longitude 139.69 ]
  edge [ source 0 target 1 ]
  edge [ source 1 target 2 ]
  edge [ source 2 target 3 ]
  edge [ source 0 target 2 ]
  edge [ source 3 target 4 latency "80 ms" ]
]
