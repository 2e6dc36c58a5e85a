/** Message sizes both sides allow: a chunk's answers are well under 1 MiB, a training set's rows under 8. */
export const MESSAGE_LIMITS = {
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  "grpc.max_send_message_length": 16 * 1024 * 1024,
} as const;
