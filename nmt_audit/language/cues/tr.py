"""Turkish. Verbs negate by a suffix ("gelmedi", "gelmiyor", "gelmez"), nouns by "değil" and "yok"."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("değil değildir değildi yok yoktu yoktur asla hayır"),
    weak=lexicon("olmadan olmaksızın"),
    clitic=pattern(
        r"""
        \w{2,} (?: m[ae](?: d[ıi]\w* | m[ıi]ş\w* | yan\w* | yen\w* | yaca[kğ]\w* | yece[kğ]\w*
                       | z(?:lar|ler|sa|se|dı|di)? | dan | den | dığ\w* | diğ\w* | malı\w* | meli\w* )
                   | m[ıiuü]yor\w* | m[ae]m[ae](?:s[ıi]\w* | n[ıi]n | k\w* | y[ıi]\w* ) | m[ae]y[ıi]n(?:[ıi]z)?
                   | m[ae]ks[ıi]z[ıi]n )
        | değil\w* | yok(?: tu\w* | tur | muş | ken | luk\w* | luğ\w* ) | bilmem | anlamam | istemem
        """
    ),
    affixed=pattern(r"\w{3,}s[ıiuü]z(?:lar|ler|ca|ce|lık|lik|luk|lük)?\w{0,4}"),
    implied=pattern(r"(?: redde\w* | kaçın\w* | engelle\w* | yasak\w* | sadece | yalnızca | hariç | eksik\w* )"),
    void=(
        pattern(r"\b \w+m[ae]d[ae]n \s+ (?: hemen \s+ )? (?: önce | evvel ) \b"),
        pattern(r"\b (?: sadece | yalnızca | yalnız ) \b [^.;!?]{1,60}? \b değil \b"),
        pattern(r", \s* (?: değil \s+ mi ) \s* \? "),
    ),
)
