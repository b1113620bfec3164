#!/usr/bin/env bash
# Makes `media/` again: 42 s of a synthetic picture with a tone, three renditions, 3 s fragmented MP4 segments, HLS.
# The files are committed, so nobody needs ffmpeg to build; run this only to change them, then commit the result.
# Sources are ffmpeg's own generators: no one else's picture or sound is in here. Keep the sum under 1.6 MB.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf media && mkdir media

seconds=42 rate=24 segment=3
label() { # rendition name, font size
  echo "drawtext=text='$1  %{pts\\:hms}':x=(w-tw)/2:y=h-th*1.6:fontsize=$2:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=8"
}
ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "testsrc=size=854x480:rate=$rate:duration=$seconds" \
  -f lavfi -i "sine=frequency=330:sample_rate=44100:duration=$seconds,volume=0.25" \
  -filter_complex "[0:v]split=3[a][b][c];
    [a]scale=426:240,$(label 240p 22)[v240];
    [b]scale=640:360,$(label 360p 30)[v360];
    [c]$(label 480p 38)[v480]" \
  -map '[v240]' -map 1:a -map '[v360]' -map 1:a -map '[v480]' -map 1:a \
  -c:v libx264 -preset slow -profile:v main -pix_fmt yuv420p -g $((rate * segment)) -keyint_min $((rate * segment)) -sc_threshold 0 \
  -crf:v:0 34 -maxrate:v:0 38k -bufsize:v:0 76k \
  -crf:v:1 31 -maxrate:v:1 76k -bufsize:v:1 152k \
  -crf:v:2 25 -maxrate:v:2 150k -bufsize:v:2 300k \
  -c:a aac -ac 1 -b:a 16k -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
  -f hls -hls_time $segment -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags independent_segments \
  -hls_fmp4_init_filename 'init.mp4' -hls_segment_filename 'media/%v/%02d.m4s' \
  -var_stream_map 'v:0,a:0,name:240p v:1,a:1,name:360p v:2,a:2,name:480p' \
  media/%v/index.m3u8

# The master playlist by hand: this ffmpeg writes no AVERAGE-BANDWIDTH, and that is what `bitrate_avg_bps` is made of.
{
  printf '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n'
  for rung in '240p 426x240 avc1.4d4015' '360p 640x360 avc1.4d401e' '480p 854x480 avc1.4d401e'; do
    read -r name size codec <<<"$rung"
    total=$(cat media/"$name"/*.m4s | wc -c)
    largest=$(stat -c %s media/"$name"/*.m4s | sort -n | tail -1)
    printf '#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,RESOLUTION=%s,FRAME-RATE=%s.000,CODECS="%s,mp4a.40.2",NAME="%s"\n%s/index.m3u8\n' \
      $((largest * 8 / segment)) $((total * 8 / seconds)) "$size" "$rate" "$codec" "$name" "$name"
  done
} >media/master.m3u8
cat media/*/* media/master.m3u8 | wc -c
