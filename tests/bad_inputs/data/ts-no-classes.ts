@problemName small
@data
1,2:yes
