"""What published checkpoints say of themselves, as far as it differs from the library's defaults.

Layouts differ by age: flat or nested, with old names and values that nobody reads any more. They
are written here as they were published, and must be understood as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.vlm.families.published_qwen import (
    CLIP,
    HALF,
    QWEN2_2B,
    QWEN2_5,
    QWEN2_7B,
    QWEN3,
    QWEN_IMAGES,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint.

    Attributes:
        config: Its `config.json`.
        images: Its `preprocessor_config.json`.
        weights: How many numbers it has, as the hub counts them.
        tied: Whether its head is its embedding.
        tokens: Visual tokens of an A4 page with usual print, worked out by hand.
    """

    config: Mapping[str, Any]
    images: Mapping[str, Any]
    weights: int
    tied: bool
    tokens: int


GEMMA3 = {
    "model_type": "gemma3",
    "boi_token_index": 255999,
    "eoi_token_index": 256000,
    "eos_token_id": [1, 106],
    "image_token_index": 262144,
    "mm_tokens_per_image": 256,
    "torch_dtype": "bfloat16",
    "text_config": {
        "hidden_size": 2560,
        "intermediate_size": 10240,
        "model_type": "gemma3_text",
        "num_hidden_layers": 34,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
        "sliding_window": 1024,
    },
    "vision_config": {
        "hidden_size": 1152,
        "image_size": 896,
        "intermediate_size": 4304,
        "model_type": "siglip_vision_model",
        "num_attention_heads": 16,
        "num_hidden_layers": 27,
        "patch_size": 14,
        "vision_use_head": False,
    },
}

LLAVA = {
    "model_type": "llava",
    "ignore_index": -100,
    "image_token_index": 32000,
    "pad_token_id": 32001,
    "projector_hidden_act": "gelu",
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "text_config": {
        "_name_or_path": "lmsys/vicuna-7b-v1.5",
        "architectures": ["LlamaForCausalLM"],
        "max_position_embeddings": 4096,
        "model_type": "llama",
        "rms_norm_eps": 1e-05,
        "torch_dtype": "float16",
        "vocab_size": 32064,
    },
    "vision_config": {
        "hidden_size": 1024,
        "image_size": 336,
        "intermediate_size": 4096,
        "model_type": "clip_vision_model",
        "num_attention_heads": 16,
        "num_hidden_layers": 24,
        "patch_size": 14,
        "projection_dim": 768,
        "vocab_size": 32000,
    },
    "vision_feature_layer": -2,
    "vision_feature_select_strategy": "default",
    "vocab_size": 32064,
}

MLLAMA = {
    "model_type": "mllama",
    "image_token_index": 128256,
    "torch_dtype": "bfloat16",
    "text_config": {
        "cross_attention_layers": [3, 8, 13, 18, 23, 28, 33, 38],
        "dropout": 0,
        "eos_token_id": [128001, 128008, 128009],
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "max_position_embeddings": 131072,
        "model_type": "mllama_text_model",
        "num_attention_heads": 32,
        "num_hidden_layers": 40,
        "num_key_value_heads": 8,
        "pad_token_id": 128004,
        "rms_norm_eps": 1e-05,
        "rope_scaling": {
            "factor": 8.0,
            "high_freq_factor": 4.0,
            "low_freq_factor": 1.0,
            "original_max_position_embeddings": 8192,
            "rope_type": "llama3",
        },
        "rope_theta": 500000.0,
        "tie_word_embeddings": False,
        "vocab_size": 128256,
    },
    "vision_config": {
        "attention_heads": 16,
        "hidden_size": 1280,
        "image_size": 560,
        "intermediate_layers_indices": [3, 7, 15, 23, 30],
        "intermediate_size": 5120,
        "max_num_tiles": 4,
        "model_type": "mllama_vision_model",
        "num_global_layers": 8,
        "num_hidden_layers": 32,
        "patch_size": 14,
        "vision_output_dim": 7680,
    },
}

SMOLVLM = {
    "model_type": "smolvlm",
    "image_token_id": 49190,
    "pad_token_id": 128002,
    "scale_factor": 4,
    "tie_word_embeddings": False,
    "vocab_size": 49280,
    "text_config": {
        "architectures": ["VLlama3ForCausalLM"],
        "head_dim": 64,
        "hidden_size": 960,
        "intermediate_size": 2560,
        "is_llama_config": True,
        "max_position_embeddings": 8192,
        "model_type": "llama",
        "neftune_noise_alpha": 0.0,
        "num_attention_heads": 15,
        "num_hidden_layers": 32,
        "num_key_value_heads": 5,
        "pad_token_id": 2,
        "pixel_shuffle_factor": 4,
        "rms_norm_eps": 1e-05,
        "rope_theta": 100000,
        "use_resampler": False,
        "vocab_size": 49280,
    },
    "vision_config": {
        "hidden_size": 768,
        "image_size": 512,
        "max_image_size": {"longest_edge": 512},
        "model_type": "smolvlm_vision",
        "num_attention_heads": 12,
        "patch_size": 16,
        "size": {"longest_edge": 2048},
        "use_base_siglip": False,
    },
}

CHECKPOINTS: Mapping[str, Published] = {
    "Qwen2-VL 2B": Published(QWEN2_2B, QWEN_IMAGES, 2_208_985_600, True, 44 * 63),
    "Qwen2-VL 7B": Published(QWEN2_7B, QWEN_IMAGES, 8_291_375_616, False, 44 * 63),
    "Qwen2.5-VL 3B": Published(QWEN2_5, QWEN_IMAGES, 3_754_622_976, True, 44 * 63),
    "Qwen3-VL 2B": Published(
        QWEN3,
        HALF
        | {
            "image_processor_type": "Qwen2VLImageProcessorFast",
            "size": {"longest_edge": 16777216, "shortest_edge": 65536},
            "patch_size": 16,
            "temporal_patch_size": 2,
            "merge_size": 2,
        },
        2_127_532_032,
        True,
        39 * 55,
    ),
    "Gemma 3 4B": Published(
        GEMMA3,
        HALF
        | {
            "image_processor_type": "Gemma3ImageProcessor",
            "do_convert_rgb": None,
            "do_pan_and_scan": None,
            "image_seq_length": 256,
            "size": {"height": 896, "width": 896},
        },
        4_300_079_472,
        True,
        256,
    ),
    "LLaVA 1.5 7B": Published(
        LLAVA,
        CLIP
        | {
            "image_processor_type": "CLIPImageProcessor",
            "crop_size": {"height": 336, "width": 336},
            "do_center_crop": True,
            "size": {"shortest_edge": 336},
        },
        7_063_427_072,
        False,
        24 * 24,
    ),
    "Llama 3.2 Vision 11B": Published(
        MLLAMA,
        CLIP
        | {
            "image_processor_type": "MllamaImageProcessor",
            "max_image_tiles": 4,
            "size": {"height": 560, "width": 560},
        },
        10_670_220_835,
        False,
        4 * (40 * 40 + 1),
    ),
    "SmolVLM2 500M": Published(
        SMOLVLM,
        HALF
        | {
            "image_processor_type": "SmolVLMImageProcessor",
            "do_image_splitting": True,
            "max_image_size": {"longest_edge": 512},
            "processor_class": "SmolVLMProcessor",
            "size": {"longest_edge": 2048},
            "video_sampling": {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 512}},
        },
        507_482_304,
        False,
        (3 * 4 + 1) * 64,
    ),
}
