@problemName small
@timeStamps true
@univariate true
@equalLength false
@classLabel true yes no
@data
(0,1),(1,2):yes
